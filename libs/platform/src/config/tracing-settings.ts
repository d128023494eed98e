import { custom, text } from './setting.ts';

/** Where traces go, and how many. */
export const TRACING_SETTINGS = {
  otlpEndpoint: text('OTEL_EXPORTER_OTLP_ENDPOINT', {
    default: '',
    pattern: /^(https?:\/\/[^\s@]{1,500})?$/,
    range: 'an http:// or https:// URL without user and password',
    meaning:
      'OpenTelemetry collector that traces are sent to, to its /v1/traces; empty: no traces, at no cost. OTEL_EXPORTER_OTLP_HEADERS is honoured too',
  }),
  ratio: custom('HOLDFAST_TRACE_RATIO', {
    default: '0.01',
    range: '0 to 1',
    parse: (given) => (/^(0|1|0?\.\d{1,9}|1\.0)$/.test(given) ? Number(given) : undefined),
    meaning: 'share of requests and batches that are traced; those whose traceparent is sampled are traced in any case',
  }),
};
