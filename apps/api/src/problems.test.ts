import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PROBLEMS, type ProblemCode } from '#libs/contracts';
import { startApiUnderTest, wireTransaction, type Received, type Sent } from '../test/api-under-test.ts';

let api: Awaited<ReturnType<typeof startApiUnderTest>>;

beforeEach(async () => {
  api = await startApiUnderTest();
});

afterEach(() => api.close());

function expectProblem({ status, headers, body }: Received, code: ProblemCode): void {
  expect(body).toMatchObject({ code, status, title: PROBLEMS[code].title, type: `urn:holdfast:problem:${code}` });
  expect(status).toBe(PROBLEMS[code].status);
  expect(headers['content-type']).toBe('application/problem+json; charset=utf-8');
}

const json = JSON.stringify(wireTransaction());
const nested = (depth: number) => `{"merchant":${'['.repeat(depth)}${']'.repeat(depth)}}`;

const REFUSED: readonly (readonly [string, Sent, ProblemCode])[] = [
  ['no body', { body: undefined }, 'malformed'],
  ['an empty body', { body: '' }, 'malformed'],
  ['text that is no JSON', { body: '{"transaction_id":' }, 'malformed'],
  ['null', { body: 'null' }, 'malformed'],
  ['an array', { body: '[]' }, 'malformed'],
  ['a number', { body: '17' }, 'malformed'],
  ['bytes that are no UTF-8', { body: Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d]) }, 'malformed'],
  ['UTF-16', { body: Buffer.from(json, 'utf16le') }, 'malformed'],
  ['nesting that is too deep', { body: nested(9) }, 'malformed'],
  ['nesting of thousands', { body: nested(8000) }, 'malformed'],
  ['a body over 16 KiB', { body: json.padEnd(16_385) }, 'oversized'],
  ['a body far over 16 KiB', { body: ' '.repeat(1_000_000) }, 'oversized'],
  ['another content type', { body: json, headers: { 'content-type': 'text/plain' } }, 'unsupported_media_type'],
  [
    'a form',
    { body: 'a=1', headers: { 'content-type': 'application/x-www-form-urlencoded' } },
    'unsupported_media_type',
  ],
  ['a broken content type', { body: json, headers: { 'content-type': ';;' } }, 'unsupported_media_type'],
  ['a compressed body', { body: json, headers: { 'content-encoding': 'gzip' } }, 'unsupported_media_type'],
  ['an unknown field', { body: wireTransaction({ colour: 'red' }) }, 'invalid_transaction'],
  ['a prototype as field', { body: `{"__proto__":{"a":1},${json.slice(1)}` }, 'invalid_transaction'],
  ['a missing field', { body: wireTransaction({ account_id: undefined }) }, 'invalid_transaction'],
  ['a wrong type', { body: wireTransaction({ amount_minor: '5' }) }, 'invalid_transaction'],
  ['an amount beyond the safe integers', { body: json.replace('12999', '9007199254740993') }, 'invalid_transaction'],
  ['an infinite amount', { body: json.replace('12999', '1e400') }, 'invalid_transaction'],
  ['an id with a brace', { body: wireTransaction({ account_id: 'a}b' }) }, 'invalid_transaction'],
  ['half a surrogate in an id', { body: json.replace('acct-1', String.raw`a\ud800`) }, 'invalid_transaction'],
  ['a refund of nothing', { body: wireTransaction({ event_type: 'refund' }) }, 'invalid_transaction'],
  ['a transaction from before', { body: wireTransaction({ occurred_at: '2026-05-01T00:00:00Z' }) }, 'too_late'],
  ['a transaction of tomorrow', { body: wireTransaction({ occurred_at: '2026-05-15T12:00:00Z' }) }, 'from_the_future'],
  ['a deadline that is no number', { body: json, headers: { 'x-deadline-ms': 'soon' } }, 'malformed'],
  ['a deadline of 0', { body: json, headers: { 'x-deadline-ms': '0' } }, 'malformed'],
  ['no key', { body: json, headers: { authorization: '' } }, 'unauthorized'],
  ['a wrong key', { body: json, headers: { authorization: 'Bearer wrong' } }, 'unauthorized'],
  ['another scheme', { body: json, headers: { authorization: 'Basic YTpi' } }, 'unauthorized'],
  ['a key that is too long', { body: json, headers: { authorization: `Bearer ${'x'.repeat(4000)}` } }, 'unauthorized'],
  ['a path that does not exist', { path: '/v2/decisions', body: json }, 'not_found'],
  ['a slash at the end', { path: '/v1/decisions/', body: json }, 'not_found'],
  ['a method that does not exist', { method: 'PUT', body: json }, 'not_found'],
  ['DELETE', { method: 'DELETE', path: '/v1/decisions/tx-1' }, 'not_found'],
  ['a path that cannot be decoded', { method: 'GET', path: '/v1/decisions/%E0%A4%A' }, 'malformed'],
  ['a parameter of thousands', { method: 'GET', path: `/v1/decisions/${'x'.repeat(3000)}?account_id=a` }, 'not_found'],
];

describe('a request that cannot be decided', () => {
  it.each(REFUSED)('%s: is answered with its problem', async (_what, sent, code) => {
    expectProblem(await api.request(sent), code);
  });

  it('changes nothing, is no bug, and leaves the door open for the next', async () => {
    for (const [, sent] of REFUSED) await api.request(sent);
    const decided = api.scorer.batches.flat().flatMap((asked) => ('eventTimeMs' in asked ? [asked.eventTimeMs] : []));
    expect(decided.every((timeMs) => new Date(timeMs).getUTCDate() !== 14)).toBe(true);
    expect(api.lines).toEqual([]);
    expect((await api.request({ body: json })).status).toBe(200);
  });

  it('names the fields and never their values', async () => {
    const { body } = await api.request({ body: wireTransaction({ amount_minor: 'secret', colour: 'secret' }) });
    expect(body['fields']).toMatchObject([{ field: expect.any(String) }, { field: expect.any(String) }]);
    expect(JSON.stringify(body)).not.toContain('secret');
  });

  it('says how to authenticate', async () => {
    const { headers } = await api.request({ body: json, headers: { authorization: '' } });
    expect(headers['www-authenticate']).toBe('Bearer');
  });

  it('needs a key to look up too, however the path is spelled', async () => {
    for (const path of ['/v1/decisions/tx-1?account_id=a', '/v1/%64ecisions/tx-1?account_id=a']) {
      for (const method of ['GET', 'HEAD']) {
        expect((await api.request({ method, path, headers: { authorization: '' } })).status).toBe(401);
      }
    }
  });

  it('keeps the first decision when the same identity comes with other content', async () => {
    const first = await api.request({ body: json });
    expectProblem(await api.request({ body: wireTransaction({ amount_minor: 1 }) }), 'identity_conflict');
    const again = await api.request({ body: json });
    expect(again.body['decision_id']).toBe(first.body['decision_id']);
    expect(again.headers['idempotent-replayed']).toBe('true');
  });
});

describe('a request that cannot be decided now', () => {
  it.each(['closed', 'full', 'conflict', 'store_unreachable'])(
    '%s: is answered 503 with Retry-After',
    async (reason) => {
      api.scorer.unavailable = reason;
      const received = await api.request({ body: json });
      expectProblem(received, 'unavailable');
      expect(received.headers['retry-after']).toBe('1');
      api.scorer.unavailable = null;
      expect((await api.request({ body: json })).status).toBe(200);
    },
  );

  it('is answered at its deadline', async () => {
    api.scorer.delayMs = 1500;
    const startMs = performance.now();
    expectProblem(await api.request({ body: json, headers: { 'x-deadline-ms': '50' } }), 'unavailable');
    expect(performance.now() - startMs).toBeLessThan(1400);
  });

  it('is answered at once when too many wait', async () => {
    const crowded = await startApiUnderTest({ HOLDFAST_MAX_WAITING_REQUESTS: '1' });
    crowded.scorer.delayMs = 20;
    const [, refused] = await Promise.all([
      crowded.request({ body: json }),
      crowded.request({ body: wireTransaction({ transaction_id: 'tx-2' }) }),
    ]);
    await crowded.close();
    expectProblem(refused, 'unavailable');
  });

  it('is answered 503 after a bug, which is logged', async () => {
    api.scorer.bug = new Error('a bug');
    expectProblem(await api.request({ body: json }), 'unavailable');
    expect(api.lines.join()).toContain('request failed by a bug');
    api.scorer.bug = null;
    expect((await api.request({ body: json })).status).toBe(200);
  });
});

describe('bytes on a socket', () => {
  /** Everything that the api sends back until it closes the connection. */
  async function exchange(bytes: string): Promise<string> {
    const port = await api.api.listen();
    return new Promise((resolve, reject) => {
      const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
      let text = '';
      socket.on('data', (chunk) => (text += chunk.toString()));
      socket.on('end', () => resolve(text));
      socket.on('error', reject);
    });
  }

  const head = `Host: x\r\nAuthorization: Bearer a-key-of-a-test\r\nConnection: close\r\n`;

  it.each([
    ['no HTTP', 'hello\r\n\r\n'],
    ['a header that is too large', `GET / HTTP/1.1\r\nHost: x\r\nX: ${'y'.repeat(20_000)}\r\n\r\n`],
    ['two lengths', 'POST /v1/decisions HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx'],
    ['an unknown expectation', `POST /v1/decisions HTTP/1.1\r\n${head}Expect: a-miracle\r\nContent-Length: 0\r\n\r\n`],
    ['a method of nobody', `FROBNICATE / HTTP/1.1\r\n${head}\r\n`],
    ['no Host', 'GET /v1/decisions/a?account_id=b HTTP/1.1\r\nConnection: close\r\n\r\n'],
  ])('%s: are answered 400 as a problem', async (_what, bytes) => {
    const answer = await exchange(bytes);
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer).toContain('application/problem+json');
    expect(answer).toContain('"code":"malformed"');
  });

  it('takes a chunked body, but no more than 16 KiB of it', async () => {
    const chunk = `${(20_000).toString(16)}\r\n${' '.repeat(20_000)}\r\n0\r\n\r\n`;
    const type = 'Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n';
    const answer = await exchange(`POST /v1/decisions HTTP/1.1\r\n${head}${type}\r\n${chunk}`);
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
    expect(answer).toContain('"code":"oversized"');
  });
});
