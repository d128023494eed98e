import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { AnswerChecker } from '#libs/testkit';
import { curlLine } from '../../deploy/local/demo/try-it.ts';
import { START_TIMEOUT_MS, startSystem, type SystemUnderTest } from './system-under-test.ts';

let system: SystemUnderTest;
const openApi = readFileSync(`${import.meta.dirname}/../../apps/api/openapi.json`, 'utf8');
const checker = new AnswerChecker(JSON.parse(openApi) as object);

beforeAll(async () => {
  system = await startSystem('http-contract');
}, START_TIMEOUT_MS);

afterAll(() => system?.remove());

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Every answer must be one that the published document describes. */
async function call(path: string, init: RequestInit = {}): Promise<Answer> {
  const headers = {
    authorization: `Bearer ${system.apiKey}`,
    'content-type': 'application/json',
    'x-deadline-ms': '5000',
  };
  const response = await fetch(`${system.httpUrl}${path}`, {
    ...init,
    headers: { ...headers, ...(init.headers as Record<string, string> | undefined) },
  });
  const body = (await response.json()) as Answer['body'];
  const received = { method: init.method ?? 'GET', path, status: response.status, body };
  expect(checker.faults({ ...received, headers: Object.fromEntries(response.headers) })).toEqual([]);
  return { status: response.status, headers: response.headers, body };
}

const decide = (transaction: object | string, headers: Record<string, string> = {}): Promise<Answer> =>
  call('/v1/decisions', {
    method: 'POST',
    body: typeof transaction === 'string' ? transaction : JSON.stringify(transaction),
    headers,
  });

let count = 0;
const transaction = (fields: object = {}): Record<string, unknown> => ({
  transaction_id: `tx-${(count += 1)}`,
  account_id: 'acct-1',
  occurred_at: new Date().toISOString(),
  amount_minor: 12_999,
  currency: 'EUR',
  ...fields,
});

const expectProblem = ({ status, headers, body }: Answer, expected: number, code: string): void => {
  expect({ status, code: body['code'], type: headers.get('content-type')?.split(';')[0] }).toEqual({
    status: expected,
    code,
    type: 'application/problem+json',
  });
};

test('a new transaction is decided, and again it gets the first decision', async () => {
  const asked = transaction();
  const first = await decide(asked);
  expect(first.status).toBe(200);
  expect(first.body).toMatchObject({ transaction_id: asked['transaction_id'], evaluation: 'new', degraded: false });
  expect(first.body['decision']).toMatch(/^(approve|hold)$/);
  const again = await decide(asked);
  expect(again.status).toBe(200);
  expect(again.headers.get('idempotent-replayed')).toBe('true');
  const { evaluation, timings_ms: _of, ...rest } = again.body;
  const { evaluation: _new, timings_ms: _first, ...ofFirst } = first.body;
  expect(evaluation).toBe('duplicate');
  expect(rest).toEqual(ofFirst);
});

test('the same identity with other content is a conflict, and the first decision stands', async () => {
  const asked = transaction();
  const first = await decide(asked);
  expectProblem(await decide({ ...asked, amount_minor: 1 }), 409, 'identity_conflict');
  expect((await decide(asked)).body['decided_at']).toBe(first.body['decided_at']);
});

test('a decision is found again by its transaction and account, and only by them', async () => {
  const asked = transaction();
  const { body } = await decide(asked);
  const found = await call(`/v1/decisions/${String(asked['transaction_id'])}?account_id=acct-1`);
  expect(found.status).toBe(200);
  expect(found.body).toMatchObject({ decision_id: body['decision_id'], decision: body['decision'] });
  expectProblem(await call(`/v1/decisions/${String(asked['transaction_id'])}?account_id=acct-2`), 404, 'not_found');
});

test('ack=log answers when the decision has been read back from the log', async () => {
  const answer = await decide(transaction(), { prefer: 'ack=log' });
  expect(answer.status).toBe(200);
  expect(answer.headers.get('preference-applied')).toBe('ack=log');
});

test('what is no transaction, or comes from nobody known, is refused with a problem of the contract', async () => {
  expectProblem(await decide(transaction(), { authorization: 'Bearer wrong' }), 401, 'unauthorized');
  expectProblem(await decide('{"transaction_id":'), 400, 'malformed');
  expectProblem(await decide(transaction({ amount_minor: -1 })), 422, 'invalid_transaction');
  expectProblem(await decide(transaction({ colour: 'red' })), 422, 'invalid_transaction');
  expectProblem(await decide(transaction({ event_type: 'refund' })), 422, 'invalid_transaction');
  expectProblem(await decide(transaction({ occurred_at: '2020-01-01T00:00:00.000Z' })), 422, 'too_late');
  expectProblem(await decide(transaction({ occurred_at: '2999-01-01T00:00:00.000Z' })), 422, 'from_the_future');
  expectProblem(await decide(JSON.stringify(transaction({ note: 'x'.repeat(17_000) }))), 413, 'oversized');
  expectProblem(await decide(transaction(), { 'content-type': 'text/plain' }), 415, 'unsupported_media_type');
});

test('the curl line that npm start prints works as it stands', async () => {
  const line = curlLine({ httpUrl: system.httpUrl, apiKey: system.apiKey, accountId: 'acct-7' });
  const { stdout } = await promisify(execFile)('sh', ['-c', line]);
  expect(JSON.parse(stdout)).toMatchObject({ account_id: 'acct-7', evaluation: 'new' });
});

test('both processes say that they are alive and ready, and how much they have done', async () => {
  for (const url of Object.values(system.adminUrls)) {
    expect((await fetch(`${url}/livez`)).status).toBe(200);
    expect((await fetch(`${url}/readyz`)).status).toBe(200);
  }
  const metrics = await (await fetch(`${system.adminUrls.api}/metrics`)).text();
  expect(metrics).toMatch(/^holdfast_decisions_total\{[^}]*door="http"[^}]*\} [1-9]/m);
});
