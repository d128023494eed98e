import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SpanKind, SpanStatusCode } from '@opentelemetry/api';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { RecordedSpans } from '#libs/testkit';
import { loadConfig } from '../config/load-config.ts';
import { createLogger } from '../logger.ts';
import { createMetrics } from '../metrics/metrics.ts';
import { startTelemetry, type Telemetry } from '../telemetry.ts';
import { openTracing } from './open-tracing.ts';
import { NO_TRACING } from './tracing.ts';

const CALLER = { trace: '4bf92f3577b34da6a3ce929d0e0e4736', span: '00f067aa0ba902b7' };
const SAMPLED = `00-${CALLER.trace}-${CALLER.span}-01`;
const NOT_SAMPLED = `00-${CALLER.trace}-${CALLER.span}-00`;
const always = () => 0;
const never = () => 0.99;

let telemetry: Telemetry;
beforeAll(() => {
  telemetry = startTelemetry('holdfast-test');
});
afterAll(() => telemetry.stop());

describe('a request', () => {
  it('continues the trace of its caller', () => {
    const spans = new RecordedSpans(never);
    spans.tracing.request('POST /v1/decisions', SAMPLED, { 'http.request.method': 'POST' })?.end();
    const [span] = spans.ended;
    expect(span?.spanContext().traceId).toBe(CALLER.trace);
    expect(span?.parentSpanContext?.spanId).toBe(CALLER.span);
    expect(span?.kind).toBe(SpanKind.SERVER);
    expect(span?.resource.attributes).toEqual({ 'service.name': 'test' });
  });

  it('is not recorded when its caller is not, whatever the ratio', () => {
    expect(new RecordedSpans(always).tracing.request('POST /v1/decisions', NOT_SAMPLED, {})).toBeNull();
  });

  it('without a caller is recorded by the ratio, as a trace of its own', () => {
    expect(new RecordedSpans(() => 0.5).tracing.request('POST /v1/decisions', undefined, {})).toBeNull();
    const spans = new RecordedSpans(() => 0.499);
    spans.tracing.request('POST /v1/decisions', undefined, {})?.end();
    expect(spans.ended[0]?.parentSpanContext).toBeUndefined();
  });

  it.each([
    '',
    'nonsense',
    SAMPLED.toUpperCase(),
    `ff-${CALLER.trace}-${CALLER.span}-01`,
    `00-${'0'.repeat(32)}-${CALLER.span}-01`,
    `00-${CALLER.trace}-${'0'.repeat(16)}-01`,
    `${SAMPLED}-more`,
    `00-${CALLER.trace}-${CALLER.span}-01\r\nx: y`,
  ])('with %j for a traceparent has no caller', (traceparent) => {
    expect(new RecordedSpans(never).tracing.request('POST /v1/decisions', traceparent, {})).toBeNull();
    const spans = new RecordedSpans(always);
    spans.tracing.request('POST /v1/decisions', traceparent, {})?.end();
    expect(spans.ended[0]?.parentSpanContext).toBeUndefined();
  });
});

describe('work for several spans', () => {
  it('is a child of the first and linked to all that are recorded', () => {
    const spans = new RecordedSpans(always);
    const [a, b] = [1, 2].map(() => spans.tracing.request('POST /v1/decisions', undefined, {}));
    spans.tracing.together('score batch', [null, a ?? null, null, b ?? null], {})?.end();
    a?.end();
    b?.end();
    const [batch, first, second] = spans.ended;
    expect(batch?.parentSpanContext?.spanId).toBe(first?.spanContext().spanId);
    expect(batch?.links.map(({ context }) => context.spanId)).toEqual(
      [first, second].map((span) => span?.spanContext().spanId),
    );
  });

  it('is not recorded when none of them is', () => {
    expect(new RecordedSpans(always).tracing.together('score batch', [null, null], {})).toBeNull();
    expect(new RecordedSpans(always).tracing.together('score batch', [], {})).toBeNull();
  });
});

describe('a batch', () => {
  it('is linked to the sampled traces of its records, at most 64, and recorded because of them', () => {
    const spans = new RecordedSpans(never);
    spans.tracing.batch('apply batch', [undefined, SAMPLED, NOT_SAMPLED, 'nonsense'], {})?.end();
    spans.tracing.batch('apply batch', Array<string>(100).fill(SAMPLED), {})?.end();
    const [one, many] = spans.ended;
    expect(one?.links.map(({ context }) => context.traceId)).toEqual([CALLER.trace]);
    expect(one?.spanContext().traceId).not.toBe(CALLER.trace);
    expect(many?.links).toHaveLength(64);
  });

  it('of records without a trace is recorded by the ratio', () => {
    expect(new RecordedSpans(never).tracing.batch('apply batch', [undefined, NOT_SAMPLED], {})).toBeNull();
    expect(new RecordedSpans(always).tracing.batch('apply batch', [undefined], {})).not.toBeNull();
  });
});

describe('a span', () => {
  it('says what it was told, and that it went wrong', () => {
    const spans = new RecordedSpans(always);
    const span = spans.tracing.alone('send decisions', { 'holdfast.partition': 3 });
    span?.set({ 'holdfast.events': 2 });
    span?.fail();
    span?.end();
    expect(spans.ended[0]?.attributes).toEqual({ 'holdfast.partition': 3, 'holdfast.events': 2 });
    expect(spans.ended[0]?.status.code).toBe(SpanStatusCode.ERROR);
  });

  it('is named in the log lines of the work within it, and in no others', async () => {
    const lines: Record<string, unknown>[] = [];
    const destination = { write: (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>) };
    const logger = createLogger({ service: 'test', level: 'info', destination });
    const { tracing, ended } = new RecordedSpans(always);
    const span = tracing.request('POST /v1/decisions', SAMPLED, {});
    await tracing.within(span, async () => {
      await Promise.resolve();
      logger.info({}, 'inside');
      tracing.within(null, () => logger.info({}, 'for somebody else'));
    });
    logger.info({}, 'outside');
    expect(ended).toEqual([]);
    expect(lines.map(({ msg, trace_id: trace }) => [msg, trace])).toEqual([
      ['inside', CALLER.trace],
      ['for somebody else', undefined],
      ['outside', undefined],
    ]);
    expect(lines[0]?.['span_id']).toMatch(/^[0-9a-f]{16}$/);
  });
});

describe('openTracing', () => {
  const settings = (environment: Record<string, string>) => {
    const loaded = loadConfig({ HOLDFAST_ENV: 'development', ...environment }, { role: 'api' });
    if (!loaded.ok) throw new Error(loaded.errors.join());
    return loaded.config.tracing;
  };

  it('makes nothing without an endpoint', () => {
    expect(openTracing('test', settings({}), createMetrics())).toBe(NO_TRACING);
  });

  it('samples one in a hundred unless it is told otherwise, and refuses what is no share', () => {
    expect(settings({}).ratio).toBe(0.01);
    expect(settings({ HOLDFAST_TRACE_RATIO: '1' }).ratio).toBe(1);
    for (const ratio of ['2', '-1', '1e-2', 'all']) {
      expect(() => settings({ HOLDFAST_TRACE_RATIO: ratio })).toThrow('HOLDFAST_TRACE_RATIO');
    }
    expect(() => settings({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://user:secret@collector' })).toThrow('OTLP_ENDPOINT');
  });

  it('sends what has ended to the collector, at the latest when it is closed', async () => {
    const collector = await startCollector(200);
    const tracing = openTracing(
      'holdfast-test',
      settings({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url }),
      createMetrics(),
    );
    tracing.request('POST /v1/decisions', SAMPLED, { 'http.route': '/v1/decisions' })?.end();
    await tracing.close();
    await collector.close();
    expect(collector.received.map(({ path, headers }) => [path, headers['content-type']])).toEqual([
      ['/v1/traces', 'application/x-protobuf'],
    ]);
    const sent = collector.received[0]?.body.toString('latin1');
    for (const text of ['holdfast-test', 'POST /v1/decisions', Buffer.from(CALLER.trace, 'hex').toString('latin1')]) {
      expect(sent).toContain(text);
    }
  });

  it('counts what the collector does not take, and fails nobody', async () => {
    const collector = await startCollector(400);
    const tracing = openTracing('test', settings({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url }), telemetry.metrics);
    tracing.request('POST /v1/decisions', SAMPLED, {})?.end();
    await tracing.close().catch(() => undefined);
    await collector.close();
    await vi.waitFor(async () => expect(await scrape()).toContain('holdfast_trace_export_failures_total 1'));
  });
});

interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** Answers every export with `status`. */
async function startCollector(status: number) {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      received.push({ path: request.url ?? '', headers: request.headers, body: Buffer.concat(chunks) });
      response.writeHead(status).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { received, close, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

async function scrape(): Promise<string> {
  const server = createServer((request, response) => telemetry.serveMetrics(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const response = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/metrics`);
  const text = await response.text();
  await new Promise((resolve) => server.close(resolve));
  return text;
}
