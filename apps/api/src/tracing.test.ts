import { SpanKind, SpanStatusCode } from '@opentelemetry/api';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startTelemetry, type Telemetry } from '#libs/platform';
import { RecordedSpans } from '#libs/testkit';
import { startApiUnderTest, wireTransaction } from '../test/api-under-test.ts';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPAN = '00f067aa0ba902b7';
const sampled = (trace = TRACE) => ({ traceparent: `00-${trace}-${SPAN}-01` });

let telemetry: Telemetry;
let api: Awaited<ReturnType<typeof startApiUnderTest>>;
beforeAll(() => {
  telemetry = startTelemetry('holdfast-test');
});
afterEach(() => api.close());
afterAll(() => telemetry.stop());

/** An api that traces what its callers trace, and of the rest what `random` says. */
async function start(random?: () => number): Promise<RecordedSpans> {
  const spans = new RecordedSpans(random);
  api = await startApiUnderTest({}, spans.tracing);
  return spans;
}

const never = () => 0.99;

describe('a traced request', () => {
  it('is a span of its caller’s trace, and its batch a child of it', async () => {
    const spans = await start(never);
    await api.request({ body: wireTransaction(), headers: sampled() });
    const [request] = spans.named('POST /v1/decisions');
    const [batch] = spans.named('score batch');
    expect(request?.parentSpanContext).toMatchObject({ traceId: TRACE, spanId: SPAN });
    expect(request?.kind).toBe(SpanKind.SERVER);
    expect(request?.attributes).toEqual({
      'http.request.method': 'POST',
      'http.route': '/v1/decisions',
      'http.response.status_code': 200,
    });
    expect(batch?.parentSpanContext?.spanId).toBe(request?.spanContext().spanId);
    expect(batch?.attributes).toMatchObject({
      'holdfast.transactions': 1,
      'holdfast.decided': 1,
      'holdfast.commit_ms': 0.5,
    });
    expect(spans.ended).toHaveLength(2);
  });

  it('shares its batch with others, which is linked to all that are traced', async () => {
    const spans = await start(never);
    const [other, third] = ['a'.repeat(32), 'b'.repeat(32)];
    await Promise.all(
      [sampled(), {}, sampled(other), sampled(third)].map((headers, i) =>
        api.request({
          body: wireTransaction({ transaction_id: `tx-${i}` }),
          headers: headers as Record<string, string>,
        }),
      ),
    );
    const requests = spans.named('POST /v1/decisions').map((span) => span.spanContext().spanId);
    const batches = spans.named('score batch');
    expect(requests).toHaveLength(3);
    expect(batches.flatMap(({ links }) => links.map(({ context }) => context.spanId)).toSorted()).toEqual(
      requests.toSorted(),
    );
  });

  it('that looks a decision up is named by its route, not by its path', async () => {
    const spans = await start(never);
    await api.request({ method: 'GET', path: '/v1/decisions/tx-77?account_id=acct-1', headers: sampled() });
    expect(spans.ended.map(({ name }) => name)).toEqual(['GET /v1/decisions/{transaction_id}']);
    expect(spans.ended[0]?.attributes['http.response.status_code']).toBe(404);
    expect(spans.ended[0]?.status.code).toBe(SpanStatusCode.UNSET);
  });

  it('that ends in 503 has gone wrong, and so has its batch', async () => {
    const spans = await start(never);
    api.scorer.unavailable = 'closed';
    await api.request({ body: wireTransaction(), headers: sampled() });
    expect(spans.ended.map(({ name, status }) => [name, status.code])).toEqual([
      ['score batch', SpanStatusCode.ERROR],
      ['POST /v1/decisions', SpanStatusCode.ERROR],
    ]);
  });

  it('can be found from its log lines', async () => {
    await start(never);
    api.scorer.bug = new Error('a bug');
    await api.request({ body: wireTransaction(), headers: sampled() });
    await api.request({ body: wireTransaction() });
    expect(api.lines.map((line) => (JSON.parse(line) as Record<string, unknown>)['trace_id'])).toEqual([
      TRACE,
      undefined,
    ]);
  });

  it('says nothing of who asked or what about', async () => {
    const spans = await start(() => 0);
    const asked = wireTransaction({
      account_id: 'acct-4821',
      merchant: { id: 'm-310' },
      device: { ip: '203.0.113.7' },
    });
    for (const body of [asked, asked, { ...asked, amount_minor: 1 }, { ...asked, colour: 'red' }, '{']) {
      await api.request({ body, headers: { prefer: 'ack=state' } });
    }
    await api.request({ body: asked, headers: { authorization: 'Bearer wrong-key' } });
    await api.request({ method: 'GET', path: '/v1/decisions/tx-1?account_id=acct-4821' });
    expect(spans.ended.length).toBeGreaterThan(8);
    const told = JSON.stringify(
      spans.ended.map(({ name, attributes, events, status, links }) => [name, attributes, events, status, links]),
    );
    for (const secret of ['acct', 'tx-1', 'm-310', '203.0.113', '12999', api.token, 'wrong-key', 'Bearer']) {
      expect(told).not.toContain(secret);
    }
  });
});

describe('a request that is not traced', () => {
  it('makes no span, nor does its batch', async () => {
    const spans = await start(never);
    await api.request({ body: wireTransaction() });
    await api.request({ body: wireTransaction(), headers: { traceparent: `00-${TRACE}-${SPAN}-00` } });
    expect(spans.ended).toEqual([]);
  });

  it('is not even looked at where nothing is exported', async () => {
    api = await startApiUnderTest();
    await api.request({ body: wireTransaction(), headers: sampled() });
    expect(api.api.app.getHttpAdapter().getInstance().hasRequestDecorator('span')).toBe(false);
  });
});
