import { describe, expect, it } from 'vitest';
import { hasher, REDUCER, START_MS, transaction } from '../invariants/scripted-partition.test-support.ts';
import type { Label } from '../label.ts';
import { FEATURE_INDEX } from '../features/manifest.ts';
import { DEFAULT_POLICY } from '../policy.ts';
import type { Model } from '../ports/model.ts';
import { DAY_MS, MINUTE_MS } from '../time.ts';
import type { Transaction } from '../transaction.ts';
import { type HistoryItem, OfflineScorer } from './offline-scorer.ts';
import type { PlannedItem } from './plan-batch.ts';

/** Says what the amount is, so that a score shows that it is of its own vector. */
const model: Model = {
  identity: { id: 'm', version: '1', sha256: 'a'.repeat(64) },
  featureSet: 'f',
  score: async (vectors, rows) =>
    Float32Array.from({ length: rows }, (_, row) => vectors[(row * vectors.length) / rows]! / 100),
  explain: async () => null,
};

const asItem = (made: Transaction): HistoryItem => ({ kind: 'transaction', transaction: made });

/** A report of fraud, half an hour after the start. */
function labelled({ id, account }: { readonly id: string; readonly account: string }): HistoryItem {
  const label: Label = {
    accountId: account,
    transactionId: id,
    eventType: 'authorization',
    label: 'fraud',
    source: 'test',
    reportedAtMs: START_MS + 30 * MINUTE_MS,
    canonicalJson: `{"transaction_id":"${id}"}`,
  };
  return { kind: 'label', label };
}

async function replay(history: readonly HistoryItem[], batch: number, scoredBy: Model = model): Promise<PlannedItem[]> {
  const rules = { reducer: REDUCER, allowedLatenessMs: REDUCER.allowedLatenessMs };
  const scorer = new OfflineScorer({ model: scoredBy, featureSet: 'f', hasher, policy: DEFAULT_POLICY, rules });
  const planned: PlannedItem[] = [];
  for (let at = 0; at < history.length; at += batch)
    planned.push(...(await scorer.take(history.slice(at, at + batch))));
  return planned;
}

describe('a replay', () => {
  const ordinary = Array.from({ length: 30 }, (_, i) =>
    transaction(`t${i}`, { account: `acct-${i % 3}`, minute: i, amountMinor: 100 * i }),
  );
  // More within the lateness than the log's cap of four holds, so that the first ones are known from overflow records alone.
  const again = ordinary.slice(0, 6);
  const conflicting = transaction('t4', { account: 'acct-1', minute: 4, amountMinor: 1 });
  const later = transaction('later', { account: 'acct-0', minute: 3_000 });
  const tooLate = transaction('late', { account: 'acct-0', minute: 60 });
  const history = [...ordinary, ...again, conflicting, later, tooLate].map(asItem);

  it('decides each transaction once, and knows duplicates, conflicts and what is too late', async () => {
    const kinds = (await replay(history, 64)).map(({ kind }) => kind);
    expect(kinds.slice(0, 30)).toEqual(ordinary.map(() => 'decided'));
    expect(kinds.slice(30)).toEqual([...again.map(() => 'duplicate'), 'conflict', 'decided', 'too_late']);
  });

  it('comes to the same whatever the size of its batches', async () => {
    const whole = await replay(history, 64);
    const decisions = (items: readonly PlannedItem[]): unknown[] =>
      items.map((item) => (item.kind === 'decided' ? item.decision : item.kind));
    for (const batch of [1, 2, 7]) expect(decisions(await replay(history, batch))).toEqual(decisions(whole));
  });

  it('lets each event reach the other entities before the next one, whatever the size of its batches', async () => {
    const at = (id: number, account: string): Transaction => {
      const made = transaction(`s${id}`, { account, minute: id });
      return { ...made, entities: { ...made.entities, terminal: `till-${id % 2}` } };
    };
    // A label comes before its transaction, one after it; the tills are shared by all accounts.
    const shared = [
      labelled({ id: 's3', account: 'acct-0' }),
      ...Array.from({ length: 12 }, (_, i) => asItem(at(i, `acct-${i % 3}`))),
      labelled({ id: 's4', account: 'acct-1' }),
      ...Array.from({ length: 6 }, (_, i) => asItem(at(12 + i, `acct-${i % 3}`))),
    ];
    const vectors = (items: readonly PlannedItem[]) =>
      items.flatMap((item) => (item.kind === 'decided' ? [item.decision.vector] : []));
    const whole = vectors(await replay(shared, 64));
    expect(whole.map((vector) => vector[FEATURE_INDEX.term_cnt_24h])).toEqual(whole.map((_, i) => i >> 1));
    expect(whole.at(-1)?.[FEATURE_INDEX.term_early_fraud_cnt_7d]).toBe(1);
    expect(whole.at(-2)?.[FEATURE_INDEX.term_early_fraud_cnt_7d]).toBe(1);
    for (const batch of [1, 2, 5]) expect(vectors(await replay(shared, batch))).toEqual(whole);
  });

  it('lets what waited for a transaction reach the other entities before the next one', async () => {
    const till = (id: string, account: string): HistoryItem => {
      const made = transaction(id, { account, minute: 1 });
      return asItem({ ...made, entities: { ...made.entities, terminal: 'till' } });
    };
    const [, , next] = await replay([labelled({ id: 'a', account: 'a' }), till('a', 'a'), till('b', 'b')], 64);
    expect(next?.kind === 'decided' && next.decision.vector[FEATURE_INDEX.term_early_fraud_cnt_7d]).toBe(1);
  });

  it('runs the model once for transactions of different accounts, whatever labels come between', async () => {
    const runs: number[] = [];
    const counting: Model = {
      ...model,
      score: async (vectors, rows) => {
        runs.push(rows);
        return model.score(vectors, rows);
      },
    };
    const first = Array.from({ length: 4 }, (_, i) =>
      asItem(transaction(`f${i}`, { account: `acct-${i}`, minute: i })),
    );
    const second = Array.from({ length: 4 }, (_, i) => [
      labelled({ id: `f${i}`, account: `acct-${i}` }),
      asItem(transaction(`g${i}`, { account: `acct-${4 + i}`, minute: 10 + i })),
    ]);
    await replay([...first, ...second.flat()], 64, counting);
    expect(runs).toEqual([4, 4]);
  });

  it('dates a decision by its transaction, so that no clock is in it', async () => {
    const [item] = await replay([asItem(transaction('t', { minute: 7, amountMinor: 90_000_000 }))], 1);
    const eventTimeMs = Date.UTC(2026, 0, 1) + 7 * MINUTE_MS;
    expect(item).toMatchObject({
      kind: 'decided',
      decision: { outcome: 'hold', decidedAtMs: eventTimeMs, holdExpiresAtMs: eventTimeMs + 3 * DAY_MS },
    });
  });
});
