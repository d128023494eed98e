import { simulate, type Known, withLabels } from '#libs/simulator';
import { expect, test } from 'vitest';
import { APPROVING, replay } from './replay.ts';

const DAY_MS = 86_400_000;
const START_MS = Date.UTC(2026, 2, 1);
/** Everything later is changed. Frauds of before are still being reported then. */
const UNTIL_MS = START_MS + 16 * DAY_MS;
const PATIENCE = { timeout: 120_000 };

const world = { seed: 11, accounts: 250, startMs: START_MS, days: 24 };
const history = [...withLabels(simulate(world), { seed: 11, confirmed: 0.3 })];

/** The same history up to `UNTIL_MS`, and after it other amounts at other merchants, and of every label the opposite. */
function otherwiseAfter(known: Known): Known {
  if (known.atMs <= UNTIL_MS) return known;
  if (known.kind === 'label') {
    const label = known.label.label === 'fraud' ? 'genuine' : 'fraud';
    return { ...known, label: { ...known.label, label, source: 'elsewhere' } };
  }
  const { transaction } = known.event;
  const amount = { amount_minor: (transaction.amount_minor * 7 + 13) % 100_000 };
  return { ...known, event: { ...known.event, transaction: { ...transaction, ...amount, currency: 'EUR' } } };
}

async function vectorsUntil(all: readonly Known[]): Promise<string[]> {
  const vectors: string[] = [];
  for await (const { event, decision } of replay(all, APPROVING)) {
    if (event.eventTimeMs <= UNTIL_MS) vectors.push(Buffer.from(decision.vector.buffer).toString('base64'));
  }
  return vectors;
}

const differing = (one: readonly string[], other: readonly string[]): number =>
  one.filter((vector, row) => vector !== other[row]).length;

test('whatever happens and becomes known after a time, no vector of before it changes by a bit', PATIENCE, async () => {
  const asItWas = await vectorsUntil(history);
  const otherwise = await vectorsUntil(history.map(otherwiseAfter));
  expect(asItWas.length).toBeGreaterThan(5_000);
  expect(otherwise).toHaveLength(asItWas.length);
  expect(differing(asItWas, otherwise)).toBe(0);
});

test('a replay that looks ahead, to labels when they are not reported yet, is found out', PATIENCE, async () => {
  const asItWas = await vectorsUntil(lookingAhead(history));
  const otherwise = await vectorsUntil(lookingAhead(history.map(otherwiseAfter)));
  expect(differing(asItWas, otherwise)).toBeGreaterThan(0);
});

/** Each label right after its transaction, as if it were known at once. */
function lookingAhead(all: readonly Known[]): Known[] {
  const keyOf = (of: { account_id: string; transaction_id: string }): string => `${of.account_id}/${of.transaction_id}`;
  const labels = new Map<string, Known[]>();
  for (const known of all) {
    if (known.kind === 'label') labels.set(keyOf(known.label), [...(labels.get(keyOf(known.label)) ?? []), known]);
  }
  return all.flatMap((known) =>
    known.kind === 'transaction' ? [known, ...(labels.get(keyOf(known.event.transaction)) ?? [])] : [],
  );
}
