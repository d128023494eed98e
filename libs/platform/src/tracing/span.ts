/** Every span that there is, by name. */
export type SpanName =
  | 'POST /v1/decisions'
  | 'POST /v1/labels'
  | 'GET /v1/decisions/{transaction_id}'
  | 'GET /v1/accounts/{account_id}/features'
  | 'score batch'
  | 'apply batch'
  | 'send decisions';

/**
 * Everything that a span may say: numbers and closed words, so that no id, amount, header or key can get out by a trace. The HTTP names are those of
 * OpenTelemetry's semantic conventions.
 */
export interface SpanAttributes {
  readonly 'http.request.method'?: 'GET' | 'POST';
  readonly 'http.route'?:
    '/v1/decisions' | '/v1/decisions/{transaction_id}' | '/v1/labels' | '/v1/accounts/{account_id}/features';
  readonly 'http.response.status_code'?: number;
  readonly 'holdfast.partition'?: number;
  readonly 'holdfast.transactions'?: number;
  readonly 'holdfast.decided'?: number;
  readonly 'holdfast.recorded'?: number;
  readonly 'holdfast.duplicates'?: number;
  readonly 'holdfast.refused'?: number;
  readonly 'holdfast.load_ms'?: number;
  readonly 'holdfast.features_ms'?: number;
  readonly 'holdfast.model_ms'?: number;
  readonly 'holdfast.commit_ms'?: number;
  readonly 'holdfast.records'?: number;
  readonly 'holdfast.commits'?: number;
  readonly 'holdfast.events'?: number;
  readonly 'holdfast.result'?: 'applied' | 'elsewhere' | 'sent' | 'fault';
}

/** A span that is recorded. What is not sampled has none. */
export interface Span {
  set(attributes: SpanAttributes): void;
  /** Marks it as gone wrong. */
  fail(): void;
  /** To be called once; until then it is not exported. */
  end(): void;
}
