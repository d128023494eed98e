import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LogFollower } from '#libs/core';
import { createLogger, createMetrics, loadConfig, NO_TRACING, systemClock, type Config } from '#libs/platform';
import { createApi, type Api } from '../src/create-api.ts';
import { createDevelopmentKey } from '../src/api-keys.ts';
import { createScorer } from '../src/scorer.ts';
import { LivePartition } from './live-partition.ts';

const { token, key } = createDevelopmentKey();
let config: Config;
let partition: LivePartition;
let api: Api;
let port: number;

beforeAll(async () => {
  const loaded = loadConfig(
    {
      HOLDFAST_ENV: 'development',
      REDIS_URL: process.env['REDIS_URL'],
      HOLDFAST_HTTP_PORT: '0',
      HOLDFAST_DEFAULT_DEADLINE_MS: '5000',
      HOLDFAST_REDIS_COMMAND_TIMEOUT_MS: '5000',
    },
    { role: 'api' },
  );
  if (!loaded.ok) throw new Error(loaded.errors.join('\n'));
  config = loaded.config;
  partition = await LivePartition.start(config);
  await partition.own();
  api = await createApi(config, {
    scorer: createScorer(partition.scoring.ports),
    detailCache: partition.scoring.details,
    partitions: 1,
    apiKeys: [key],
    clock: systemClock,
    logger: createLogger({ service: 'api', level: 'silent' }),
    metrics: createMetrics(),
    tracing: NO_TRACING,
  });
  port = await api.listen();
});

afterAll(async () => {
  await api.close();
  await partition.close();
});

interface Answer {
  readonly status: number;
  readonly replayed: boolean;
  readonly body: Readonly<Record<string, unknown>>;
}

async function call(
  path: string,
  init: { method?: string; body?: string; headers?: Record<string, string> } = {},
): Promise<Answer> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...init.headers };
  const response = await fetch(`http://127.0.0.1:${port}${path}`, { ...init, headers });
  return {
    status: response.status,
    replayed: response.headers.get('idempotent-replayed') === 'true',
    body: (await response.json()) as Record<string, unknown>,
  };
}

function decide(id: string, fields: object = {}, headers: Record<string, string> = {}): Promise<Answer> {
  const wire = {
    transaction_id: id,
    account_id: 'acct-1',
    occurred_at: new Date().toISOString(),
    amount_minor: 500,
    currency: 'EUR',
    ...fields,
  };
  return call('/v1/decisions', { method: 'POST', body: JSON.stringify(wire), headers });
}

/** Transactions decided in the log, by the rule, in order. */
function decidedInLog(): string[] {
  const follower = new LogFollower();
  return partition.log.records(0).flatMap((record) => {
    if (follower.accept(record).kind !== 'event') return [];
    const event = partition.scoring.ports.codec.decode(record);
    return event.type === 'decision.made' ? [event.decision.transaction.transactionId] : [];
  });
}

describe('the HTTP door on a real Redis', () => {
  it('decides once, answers repetitions with the first decision, and finds it again', async () => {
    const occurredAt = new Date().toISOString();
    const first = await decide('once', { occurred_at: occurredAt });
    const again = await decide('once', { occurred_at: occurredAt });
    const found = await call('/v1/decisions/once?account_id=acct-1');
    expect([first.status, again.status, found.status]).toEqual([200, 200, 200]);
    expect([first.replayed, again.replayed]).toEqual([false, true]);
    expect([first.body['evaluation'], again.body['evaluation']]).toEqual(['new', 'duplicate']);
    for (const { body } of [again, found]) {
      const { evaluation: _1, timings_ms: _2, ...facts } = body;
      expect(first.body).toMatchObject(facts);
    }
  });

  it('keeps the first decision when other content comes under its name', async () => {
    const occurredAt = new Date().toISOString();
    await decide('conflict', { occurred_at: occurredAt });
    const other = await decide('conflict', { occurred_at: occurredAt, amount_minor: 501 });
    expect([other.status, other.body['code']]).toEqual([409, 'identity_conflict']);
  });

  it('decides a hundred requests at once, two of them sent twice, each once', async () => {
    const occurredAt = new Date().toISOString();
    const ids = Array.from({ length: 100 }, (_, i) => `many-${i % 98}`);
    const answers = await Promise.all(
      ids.map((id) => decide(id, { account_id: `acct-${id}`, occurred_at: occurredAt })),
    );
    expect(answers.every(({ status }) => status === 200)).toBe(true);
    expect(answers.filter(({ replayed }) => replayed)).toHaveLength(2);
  });

  it('answers ack=log when the decision is in the log, by its rule', async () => {
    const { status } = await decide('logged', {}, { prefer: 'ack=log' });
    expect(status).toBe(200);
    expect(decidedInLog()).toContain('logged');
  });

  it('refuses what is too late and what lies ahead', async () => {
    const account = { account_id: 'acct-time' };
    await decide('now', account);
    const daysAgo = new Date(Date.now() - 3 * 86_400_000).toISOString();
    const tomorrow = new Date(Date.now() + 86_400_000).toISOString();
    expect((await decide('old', { ...account, occurred_at: daysAgo })).body['code']).toBe('too_late');
    expect((await decide('ahead', { ...account, occurred_at: tomorrow })).body['code']).toBe('from_the_future');
  });

  it('says what an account is known by, as the next transaction would be scored', async () => {
    const account = { account_id: 'acct-read' };
    await decide('read-1', account);
    await decide('read-2', account);
    const { status, body } = await call('/v1/accounts/acct-read/features');
    expect([status, body['events']]).toEqual([200, 2]);
    const features = body['features'] as { name: string; value: number | null; support: unknown }[];
    expect(features.find(({ name }) => name === 'acct_cnt_1h')).toMatchObject({ value: 2, support: { events: 2 } });
    expect((await call('/v1/accounts/acct-nobody/features')).status).toBe(404);
  });

  it('answers 503 while the partition is closed, and goes on when it is open again', async () => {
    await partition.disown();
    const closed = await decide('between', {}, { 'x-deadline-ms': '100' });
    expect([closed.status, closed.body['code']]).toEqual([503, 'unavailable']);
    expect((await call('/v1/decisions/once?account_id=acct-1')).status).toBe(503);
    expect((await call('/v1/accounts/acct-1/features')).status).toBe(503);
    await partition.own();
    expect((await decide('between')).status).toBe(200);
    expect((await call('/v1/decisions/once?account_id=acct-1')).status).toBe(200);
  });

  it('decided everything in the log exactly once', async () => {
    await decide('last', {}, { prefer: 'ack=log' });
    const decided = decidedInLog();
    expect(new Set(decided).size).toBe(decided.length);
    expect(decided.toSorted()).toEqual(
      ['once', 'conflict', 'logged', 'now', 'read-1', 'read-2', 'between', 'last']
        .concat(Array.from({ length: 98 }, (_, i) => `many-${i}`))
        .toSorted(),
    );
  });
});
