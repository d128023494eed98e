import { ExportResultCode } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { BatchSpanProcessor, type SpanExporter } from '@opentelemetry/sdk-trace';
import type { Config } from '../config/config.ts';
import type { Metrics } from '../metrics/metrics.ts';
import { createTracing, NO_TRACING, type Tracing } from './tracing.ts';

const EXPORT_TIMEOUT_MS = 5_000;
/** Spans that wait for the collector; more are dropped. */
const MAX_WAITING_SPANS = 2_048;

/** Traces to the configured collector, or none. A collector that is away costs spans, which are counted, and nothing else. */
export function openTracing(service: string, config: Config['tracing'], metrics: Metrics): Tracing {
  const { otlpEndpoint, ratio } = config;
  if (otlpEndpoint === '') return NO_TRACING;
  const url = `${otlpEndpoint.replace(/\/+$/, '')}/v1/traces`;
  const exporter = counted(new OTLPTraceExporter({ url, timeoutMillis: EXPORT_TIMEOUT_MS }), metrics);
  const processor = new BatchSpanProcessor({
    exporter,
    maxQueueSize: MAX_WAITING_SPANS,
    exportTimeoutMillis: EXPORT_TIMEOUT_MS,
  });
  return createTracing({ service, ratio, processor, random: Math.random });
}

/** The exporter, with its failures in the metrics. */
function counted(exporter: SpanExporter, metrics: Metrics): SpanExporter {
  return {
    export: (spans, done) =>
      exporter.export(spans, (result) => {
        if (result.code !== ExportResultCode.SUCCESS) metrics.add('traceExportFailures', 1, {});
        done(result);
      }),
    shutdown: () => exporter.shutdown(),
  };
}
