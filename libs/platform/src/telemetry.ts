import type { IncomingMessage, ServerResponse } from 'node:http';
import { metrics as globalMetrics } from '@opentelemetry/api';
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { createMetrics, type Metrics } from './metrics/metrics.ts';
import { observeProcess } from './metrics/process-metrics.ts';

/** The process's telemetry. Started before anything else is imported, stopped last. */
export interface Telemetry {
  readonly metrics: Metrics;
  /** Answers a scrape; the admin server serves it at /metrics. */
  readonly serveMetrics: (request: IncomingMessage, response: ServerResponse) => void;
  stop(): Promise<void>;
}

/**
 * Starts OpenTelemetry with one metric reader, scraped through our own admin server. Logs and detectors that the SDK would start by default are
 * switched off, and so are its traces, which `openTracing` makes when the config is known; nothing is instrumented by itself, because instrumented clients cost more than the service does.
 * One per process at a time: OpenTelemetry's provider is global.
 */
export function startTelemetry(service: string): Telemetry {
  const exporter = new PrometheusExporter({
    preventServerStart: true,
    withoutScopeInfo: true,
    withoutTargetInfo: true,
  });
  const sdk = new NodeSDK({
    serviceName: service,
    autoDetectResources: false,
    instrumentations: [],
    metricReaders: [exporter],
    spanProcessors: [],
    logRecordProcessors: [],
    textMapPropagator: null,
  });
  sdk.start();
  const metrics = createMetrics(globalMetrics.getMeter('holdfast'));
  const stopObserving = observeProcess(metrics);
  return {
    metrics,
    serveMetrics: (request, response) => exporter.getMetricsRequestHandler(request, response),
    stop: async () => {
      stopObserving();
      await sdk.shutdown();
      globalMetrics.disable();
    },
  };
}
