import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DAY_MS, DEFAULT_POLICY, createHasher, OfflineScorer, REDUCER_VERSION, type HistoryItem } from '#libs/core';
import type { Label, Transaction } from '#libs/core';
import { ReplayOutput } from './replay-output.ts';
import { replayedOf } from './replayed.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ops-output-'));
});
afterAll(() => rm(folder, { recursive: true }));

const startMs = Date.UTC(2026, 0, 1);

function transaction(transactionId: string, facts: Partial<Transaction> = {}): HistoryItem {
  const plain = { currency: 'EUR', amountMinor: 1_000, eventTimeMs: startMs, eventType: 'authorization' } as const;
  const unknown = { counterpartyId: undefined, merchantCategory: undefined, country: undefined, place: undefined };
  const entities = { card: undefined, terminal: undefined, device: undefined, ip: undefined, beneficiary: undefined };
  const made = { accountId: 'a', transactionId, originalTransactionId: undefined, ...plain, ...unknown, entities };
  return { kind: 'transaction', transaction: { ...made, ...facts, canonicalJson: JSON.stringify({ ...made, ...facts }) } }; // prettier-ignore
}

function label(transactionId: string): HistoryItem {
  const said = { accountId: 'a', transactionId, eventType: 'authorization', label: 'fraud', source: 's' } as const;
  const made = { ...said, reportedAtMs: startMs + 1_000 };
  return { kind: 'label', label: { ...made, canonicalJson: JSON.stringify(made) } satisfies Label };
}

describe('the output of a replay', () => {
  it('has what takes a transaction back, and what was said of it before it came', async () => {
    const history: HistoryItem[] = [
      transaction('first'),
      label('second'),
      transaction('second'),
      transaction('back', { eventType: 'reversal', originalTransactionId: 'first' }),
      transaction('early', { eventType: 'refund', originalTransactionId: 'never', amountMinor: 5 }),
      transaction('early', { eventType: 'refund', originalTransactionId: 'never', amountMinor: 5 }),
      { ...transaction('old'), observeOnly: true } as HistoryItem,
    ];
    const reducer = { version: REDUCER_VERSION, allowedLatenessMs: DAY_MS, logCap: 64 };
    const scorer = new OfflineScorer({
      model: null,
      featureSet: '',
      hasher: createHasher(new Uint8Array(16)),
      policy: DEFAULT_POLICY,
      rules: { reducer, allowedLatenessMs: DAY_MS },
    });
    const output = await ReplayOutput.create({ folder, place: ['partition', 'seq'], hasLabels: true });
    const planned = await scorer.take(history);
    for (const [i, item] of history.entries()) await output.take(replayedOf([2, i + 1], item, planned[i]!));
    await output.finish({});
    expect(output.counts).toEqual({
      decided: 2,
      held: 2,
      recorded: { reversal: 1, refund: 1, observed: 1 },
      refused: { duplicate: 1 },
      labels: { pending: 1 },
      expired: 0,
    });
    const lines = (await readFile(join(folder, 'decisions.ndjson'), 'utf8')).trimEnd().split('\n');
    const [first, second, ...others] = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(first).toMatchObject({ partition: 2, seq: 1, decision: { transaction_id: 'first' } });
    expect(first).not.toHaveProperty('amended');
    const amended = [{ kind: 'fraud', said_at: '2026-01-01T00:00:01.000Z', label_after: 'fraud', removed_minor: 0 }];
    expect(second).toMatchObject({ seq: 3, decision: { transaction_id: 'second' }, amended });
    const back = { account_id: 'a', transaction_id: 'back', original_transaction_id: 'first' };
    const early = { account_id: 'a', transaction_id: 'early', original_transaction_id: 'never' };
    expect(others).toEqual([
      { partition: 2, seq: 4, recorded: 'reversal', ...back, matched: true, removed_minor: 1_000 },
      { partition: 2, seq: 5, recorded: 'refund', ...early, matched: false, removed_minor: null },
      { partition: 2, seq: 6, refused: 'duplicate', transaction_id: 'early' },
      { partition: 2, seq: 7, recorded: 'observed', account_id: 'a', transaction_id: 'old' },
    ]);
  });
});
