import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startApiUnderTest, wireTransaction } from '../test/api-under-test.ts';

let api: Awaited<ReturnType<typeof startApiUnderTest>>;

beforeEach(async () => {
  api = await startApiUnderTest();
});

afterEach(() => api.close());

const LABEL = {
  account_id: 'acct-1',
  transaction_id: 'tx-1',
  label: 'fraud',
  source: 'chargeback',
  reported_at: '2026-05-14T11:00:00Z',
};
const label = (fields: object = {}, headers: Record<string, string> = {}) =>
  api.request({ path: '/v1/labels', body: { ...LABEL, ...fields }, headers });

describe('POST /v1/labels', () => {
  it('answers what was recorded, in the names of the wire, and whether the transaction is known', async () => {
    await api.request({ body: wireTransaction() });
    const { status, body, headers } = await label();
    expect(status).toBe(202);
    expect(body).toEqual({
      ...LABEL,
      event_type: 'authorization',
      reported_at: '2026-05-14T11:00:00.000Z',
      status: 'recorded',
      matched: true,
    });
    expect(headers['idempotent-replayed']).toBeUndefined();
    expect((await label({ transaction_id: 'tx-2' })).body).toMatchObject({ status: 'recorded', matched: false });
  });

  it('answers the same label again with what was true of the first, marked', async () => {
    await label();
    await api.request({ body: wireTransaction() });
    const again = await label({ reported_at: '2026-05-14T11:00:00.000Z', event_type: 'authorization' });
    expect([again.status, again.headers['idempotent-replayed']]).toEqual([200, 'true']);
    expect(again.body).toMatchObject({ status: 'duplicate', matched: false });
    expect((await label({ label: 'genuine' })).status).toBe(202);
  });

  it('takes what the issuer did with a transaction as a label', async () => {
    await api.request({ body: wireTransaction() });
    const { status, body } = await label({ label: 'declined', source: 'issuer' });
    expect([status, body]).toMatchObject([202, { label: 'declined', status: 'recorded', matched: true }]);
    expect((await label({ label: 'declined', source: 'issuer' })).status).toBe(200);
  });

  it('commits labels and transactions of one turn and partition together, in the order in which they came', async () => {
    const decided = api.request({ body: wireTransaction() });
    const [transaction, recorded] = await Promise.all([decided, label()]);
    expect([transaction.status, recorded.status]).toEqual([200, 202]);
    expect(recorded.body['matched']).toBe(true);
    expect(api.scorer.batches.map((batch) => batch.length)).toEqual([2]);
  });

  it('answers ack=log when the label has been read back from the log', async () => {
    const waiting = label({}, { prefer: 'ack=log' });
    setTimeout(() => (api.scorer.publishedSeq = 1), 20);
    const { status, headers } = await waiting;
    expect([status, headers['preference-applied'], api.scorer.publishedSeq]).toEqual([202, 'ack=log', 1]);
    expect((await label({}, { prefer: 'ack=log' })).status).toBe(200);
    const late = await label({ label: 'genuine' }, { prefer: 'ack=log', 'x-deadline-ms': '400' });
    expect([late.status, late.headers['retry-after']]).toEqual([503, '1']);
  });

  it('waits with ack=log for its own event, and a refusal for what it was refused by', async () => {
    const patience = { prefer: 'ack=log', 'x-deadline-ms': '400' };
    const recorded = label({}, patience);
    const decided = api.request({ body: wireTransaction(), headers: patience });
    api.scorer.publishedSeq = 1;
    expect([(await recorded).status, (await decided).status]).toEqual([202, 503]);
    const changed = wireTransaction({ amount_minor: 1 });
    const refusals = async () => {
      const conflict = await api.request({ body: changed, headers: patience });
      const late = await label({ reported_at: '2024-01-01T00:00:00Z' }, patience);
      return [conflict.status, late.status];
    };
    expect(await refusals()).toEqual([503, 503]);
    api.scorer.publishedSeq = 2;
    expect(await refusals()).toEqual([409, 422]);
  });

  it.each([
    [{ label: 'suspicious' }, 422, 'invalid_label', 'label'],
    [{ note: 'x' }, 422, 'invalid_label', 'note'],
    [{ source: 'card-4111111111111111' }, 422, 'invalid_label', 'source'],
  ])('refuses %j as %i %s', async (fields, status, code, field) => {
    const answer = await label(fields);
    expect(answer).toMatchObject({ status, body: { code, fields: [{ field }] } });
    expect(api.scorer.batches).toEqual([]);
  });

  it.each([
    [{ reported_at: '2026-05-15T12:00:00Z' }, 'from_the_future'],
    [{ reported_at: '2024-01-01T00:00:00Z' }, 'too_late'],
  ])('refuses %j as %s', async (fields, code) => {
    expect(await label(fields)).toMatchObject({ status: 422, body: { code } });
  });

  it('refuses what is no label at all, and what comes without a key', async () => {
    for (const body of ['[]', '{', undefined]) {
      expect((await api.request({ path: '/v1/labels', body })).body['code']).toBe('malformed');
    }
    const unknown = await label({}, { authorization: 'Bearer nobody' });
    expect(unknown.status).toBe(401);
  });

  it('answers 503 while the partition is closed', async () => {
    api.scorer.unavailable = 'closed';
    const { status, headers } = await label();
    expect([status, headers['retry-after']]).toEqual([503, '1']);
  });
});
