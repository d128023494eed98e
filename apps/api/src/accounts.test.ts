import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startApiUnderTest, wireTransaction } from '../test/api-under-test.ts';

let api: Awaited<ReturnType<typeof startApiUnderTest>>;

beforeEach(async () => {
  api = await startApiUnderTest();
});

afterEach(() => api.close());

const read = (query = '', account = 'acct-1') =>
  api.request({ method: 'GET', path: `/v1/accounts/${account}/features${query}` });

interface ReadFeature {
  readonly name: string;
  readonly value: number | null;
  readonly asks_transaction: boolean;
  readonly support: unknown;
}

function feature(body: Readonly<Record<string, unknown>>, asked: string): ReadFeature | undefined {
  return (body['features'] as readonly ReadFeature[]).find(({ name }) => name === asked);
}

describe('GET /v1/accounts/{account_id}/features', () => {
  beforeEach(async () => {
    await api.request({ body: wireTransaction({ transaction_id: 'tx-0', occurred_at: '2026-05-14T10:00:00Z' }) });
    await api.request({ body: wireTransaction() });
  });

  it('answers the 40 inputs that are read from the account, with what is behind them, as of its watermark', async () => {
    const { status, body } = await read();
    expect(status).toBe(200);
    expect(body).toMatchObject({
      account_id: 'acct-1',
      at: '2026-05-14T11:59:00.000Z',
      first_seen: '2026-05-14T10:00:00.000Z',
      watermark: '2026-05-14T11:59:00.000Z',
      events: 2,
      amendments_waiting: 0,
      log_truncated: false,
    });
    expect(body['features']).toHaveLength(40);
    expect(feature(body, 'acct_cnt_24h')).toEqual({
      number: 9,
      name: 'acct_cnt_24h',
      unit: 'count',
      window_s: 86_400,
      value: 2,
      asks_transaction: false,
      support: { events: 2, covered_s: 7_140, exact: true },
    });
    expect(feature(body, 'acct_trim_mean_60d')?.value).toBeNull();
    expect(feature(body, 'amount_z_30d')).toMatchObject({ value: null, asks_transaction: true, support: null });
    expect(feature(body, 'hour_cos')?.value).toBe(-0.99999046);
    expect(body['state']).toBeUndefined();
  });

  it('answers as of another moment', async () => {
    const { body } = await read('?at=2026-05-14T11:30:00Z');
    expect(body['at']).toBe('2026-05-14T11:30:00.000Z');
    expect(feature(body, 'acct_cnt_24h')?.value).toBe(1);
    expect(feature(body, 'secs_since_last_acct')?.value).toBe(5_400);
  });

  it('answers all that is kept of it when it is asked for', async () => {
    const { body } = await read('?include=state');
    expect(body['state']).toMatchObject({ events: [{ seq: 1, amount_minor: 12_999 }, { seq: 2 }], amendments: [] });
  });

  it.each([
    ['?at=yesterday', 400, 'malformed', 'at'],
    ['?at=2026-05-14T11:30:00Z&at=2026-05-14T11:30:00Z', 400, 'malformed', 'at'],
    ['?include=everything', 400, 'malformed', 'include'],
    ['?at=2026-05-13T11:58:59Z', 422, 'too_late', undefined],
    ['?at=2026-05-14T12:10:00Z', 422, 'from_the_future', undefined],
  ])('refuses %s as %i %s', async (query, status, code, field) => {
    const answer = await read(query);
    expect(answer).toMatchObject({ status, body: { code } });
    expect((answer.body['fields'] as { field: string }[] | undefined)?.[0]?.field).toBe(field);
  });

  it('answers 404 of an account that nothing is known of, and 400 of what is no account', async () => {
    expect(await read('', 'acct-2')).toMatchObject({ status: 404, body: { code: 'not_found' } });
    expect(await read('', 'acct%201')).toMatchObject({ status: 400, body: { fields: [{ field: 'account_id' }] } });
  });

  it.each(['closed', 'store_unreachable'])('answers 503 while the store is %s', async (reason) => {
    api.scorer.unavailable = reason;
    expect(await read()).toMatchObject({ status: 503, headers: { 'retry-after': '1' } });
  });

  it('needs a key', async () => {
    const path = '/v1/accounts/acct-1/features';
    expect((await api.request({ method: 'GET', path, headers: { authorization: '' } })).status).toBe(401);
  });
});
