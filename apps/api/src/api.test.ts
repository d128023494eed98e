import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startApiUnderTest, wireTransaction } from '../test/api-under-test.ts';

let api: Awaited<ReturnType<typeof startApiUnderTest>>;

beforeEach(async () => {
  api = await startApiUnderTest();
});

afterEach(() => api.close());

const decide = (fields: object = {}, headers: Record<string, string> = {}) =>
  api.request({ body: wireTransaction(fields), headers });

describe('POST /v1/decisions', () => {
  it('answers with the decision in the names of the wire', async () => {
    const { status, headers, body } = await decide({ amount_minor: 250_000 });
    expect(status).toBe(200);
    expect(headers['content-type']).toBe('application/json; charset=utf-8');
    expect(body).toMatchObject({
      transaction_id: 'tx-1',
      account_id: 'acct-1',
      decision: 'hold',
      risk_score: 620,
      risk_level: 'elevated',
      reasons: [{ code: 'MODEL_SCORE' }],
      evaluation: 'new',
      hold: { expires_at: '2026-05-17T12:00:00.000Z' },
      timings_ms: { state: 0.612, features: 0.1, model: 0.2, commit: 0.5 },
    });
    expect(headers['idempotent-replayed']).toBeUndefined();
  });

  it('answers a repetition with the first decision, marked', async () => {
    const first = await decide();
    const again = await decide();
    expect(again.status).toBe(200);
    expect(again.headers['idempotent-replayed']).toBe('true');
    const { timings_ms: _1, evaluation, ...facts } = again.body;
    const { timings_ms: _2, evaluation: firstEvaluation, ...firstFacts } = first.body;
    expect([firstEvaluation, evaluation]).toEqual(['new', 'duplicate']);
    expect(facts).toEqual(firstFacts);
  });

  it('answers a repetition with outcome and score when the rest is no longer kept', async () => {
    await decide();
    api.detailCache.clear();
    const { status, body } = await decide();
    expect(status).toBe(200);
    expect(body).toMatchObject({ decision: 'approve', risk_score: 120, evaluation: 'duplicate', detail: 'expired' });
  });

  it('goes on when decisions in full cannot be kept', async () => {
    api.detailCache.away = true;
    expect((await decide()).status).toBe(200);
    expect((await decide()).body).toMatchObject({ evaluation: 'duplicate', detail: 'expired' });
  });

  it('decides requests of one turn in one batch a partition', async () => {
    const accounts = ['acct-1', 'acct-1', 'acct-2', 'acct-3'];
    const answers = await Promise.all(
      accounts.map((account_id, i) => decide({ account_id, transaction_id: `tx-${i}` })),
    );
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    expect(answers.map(({ body }) => body['transaction_id'])).toEqual(['tx-0', 'tx-1', 'tx-2', 'tx-3']);
    const together = api.scorer.batches.find((batch) => batch.some(({ transactionId }) => transactionId === 'tx-0'));
    expect(together?.map(({ transactionId }) => transactionId)).toContain('tx-1');
  });

  it('answers the same transaction twice in one batch once as new and once as duplicate', async () => {
    const answers = await Promise.all([decide(), decide()]);
    expect(answers.map(({ body }) => body['evaluation'])).toEqual(['new', 'duplicate']);
    expect(answers[1]?.body['decision_id']).toBe(answers[0]?.body['decision_id']);
    expect(answers[1]?.body['detail']).toBeUndefined();
  });

  it('answers an equal body with the same decision whatever the order and spacing of its fields', async () => {
    await decide();
    const reversed = JSON.stringify(Object.fromEntries(Object.entries(wireTransaction()).reverse()), null, 2);
    expect((await api.request({ body: reversed })).headers['idempotent-replayed']).toBe('true');
  });
});

describe('a reversal or refund', () => {
  const takeBack = (fields: object = {}, headers: Record<string, string> = {}) =>
    decide({ transaction_id: 'tx-9', event_type: 'refund', original_transaction_id: 'tx-1', ...fields }, headers);

  it('is recorded, with whether it is about something that is known, and gets no decision', async () => {
    await decide();
    const { status, body } = await takeBack();
    expect(status).toBe(200);
    expect(body).toEqual({
      transaction_id: 'tx-9',
      account_id: 'acct-1',
      event_type: 'refund',
      status: 'recorded',
      matched: true,
      evaluation: 'new',
    });
    const unknown = await takeBack({ event_type: 'reversal', original_transaction_id: 'tx-7' });
    expect(unknown.body).toMatchObject({ event_type: 'reversal', matched: false, evaluation: 'new' });
  });

  it('is answered a repetition with what was true of the first, marked, and other content with a conflict', async () => {
    await takeBack();
    await decide();
    const again = await takeBack();
    expect([again.status, again.headers['idempotent-replayed']]).toEqual([200, 'true']);
    expect(again.body).toMatchObject({ status: 'recorded', matched: false, evaluation: 'duplicate' });
    expect(await takeBack({ amount_minor: 1 })).toMatchObject({ status: 409, body: { code: 'identity_conflict' } });
  });

  it('is answered with ack=log when it has been read back from the log', async () => {
    const waiting = takeBack({}, { prefer: 'ack=log' });
    setTimeout(() => (api.scorer.publishedSeq = 1), 20);
    expect((await waiting).headers['preference-applied']).toBe('ack=log');
    expect(api.scorer.publishedSeq).toBe(1);
  });

  it('of nothing is refused', async () => {
    const { status, body } = await takeBack({ original_transaction_id: undefined });
    expect([status, body['code']]).toEqual([422, 'invalid_transaction']);
    expect(body['fields']).toMatchObject([{ field: 'original_transaction_id', code: 'required' }]);
  });
});

describe('Prefer: ack', () => {
  it('answers ack=log when the decision has been read back from the log', async () => {
    const waiting = decide({}, { prefer: 'respond-async, ack=log' });
    setTimeout(() => (api.scorer.publishedSeq = 1), 20);
    const { status, headers } = await waiting;
    expect(status).toBe(200);
    expect(headers['preference-applied']).toBe('ack=log');
    expect(api.scorer.publishedSeq).toBe(1);
  });

  it('decides again when the partition was opened anew before the decision was published', async () => {
    const waiting = decide({}, { prefer: 'ack=log' });
    setTimeout(() => {
      api.scorer.home = 'aa:cc:1:1';
      api.scorer.publishedSeq = 1;
    }, 20);
    expect((await waiting).body['evaluation']).toBe('duplicate');
    expect(api.scorer.batches).toHaveLength(2);
  });

  it('answers 503 when the decision is not published within the deadline, also when the store is away', async () => {
    const late = await decide({}, { prefer: 'ack=log', 'x-deadline-ms': '400' });
    expect(late.status).toBe(503);
    expect(late.body['detail']).toContain('not published');
    api.scorer.publishedSeq = null;
    expect((await decide({}, { prefer: 'ack=log', 'x-deadline-ms': '400' })).status).toBe(503);
  });

  it('answers ack=replica when a replica has it, and without one refuses for a while before deciding', async () => {
    expect((await decide({}, { prefer: 'ack=replica' })).headers['preference-applied']).toBe('ack=replica');
    api.scorer.hasReplica = false;
    const refused = await decide({ transaction_id: 'tx-2' }, { prefer: 'ack=replica' });
    expect(refused.body['detail']).toContain('no replica has confirmed');
    const batches = api.scorer.batches.length;
    const next = await decide({ transaction_id: 'tx-3' }, { prefer: 'ack=replica' });
    expect(next.body['detail']).toContain('nothing was decided');
    expect(api.scorer.batches).toHaveLength(batches);
    expect((await decide({ transaction_id: 'tx-3' })).status).toBe(200);
  });

  it('refuses an ack that does not exist rather than to give less', async () => {
    const { status, body } = await decide({}, { prefer: 'ack=disk' });
    expect(status).toBe(400);
    expect(body['fields']).toMatchObject([{ field: 'Prefer' }]);
  });
});

describe('GET /v1/decisions/{transaction_id}', () => {
  const find = (path: string) => api.request({ method: 'GET', path: `/v1/decisions/${path}` });

  it('gives the decision again', async () => {
    const first = await decide();
    const { status, body } = await find('tx-1?account_id=acct-1&event_type=authorization');
    expect(status).toBe(200);
    expect(body).toMatchObject({ decision_id: first.body['decision_id'], probability: 0.002, evaluation: 'duplicate' });
  });

  it('gives outcome and score when the rest is no longer kept', async () => {
    await decide();
    api.detailCache.clear();
    expect((await find('tx-1?account_id=acct-1')).body).toMatchObject({ decision: 'approve', detail: 'expired' });
  });

  it('answers 404 for a transaction that the account does not know', async () => {
    const { status, body } = await find('tx-1?account_id=acct-1');
    expect(status).toBe(404);
    expect(body).toMatchObject({ code: 'not_found' });
  });

  it.each([
    ['tx-1', 'account_id'],
    ['tx-1?account_id=%7B1%7D', 'account_id'],
    ['tx-1?account_id=a&account_id=b', 'account_id'],
    ['tx%201?account_id=a', 'transaction_id'],
    ['tx-1?account_id=a&event_type=refund', 'event_type'],
  ])('answers 400 for %s', async (path, field) => {
    const { status, body } = await find(path);
    expect(status).toBe(400);
    expect(body['fields']).toMatchObject([{ field }]);
  });

  it('answers 503 when the partition is closed or the store away', async () => {
    for (const reason of ['closed', 'store_unreachable']) {
      api.scorer.unavailable = reason;
      const { status, headers } = await find('tx-1?account_id=acct-1');
      expect([status, headers['retry-after']]).toEqual([503, '1']);
    }
  });
});
