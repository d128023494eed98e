import { FEATURE_INDEX } from '#libs/core';
import { simulate, type Known, type SimulatedEvent, withLabels } from '#libs/simulator';
import { describe, expect, test } from 'vitest';
import { APPROVING, replay, type Replayed } from './replay.ts';

const DAY_MS = 86_400_000;
const START_MS = Date.UTC(2026, 2, 1);
/** Everything later is changed. Frauds of before are still being reported then. */
const UNTIL_MS = START_MS + 16 * DAY_MS;
const PATIENCE = { timeout: 120_000 };

const world = { seed: 11, accounts: 250, startMs: START_MS, days: 24 };
const history = [...withLabels(simulate(world), { seed: 11, confirmed: 0.3 })];

/** What could have come after `UNTIL_MS` instead. */
const FUTURES = {
  'other amounts elsewhere, and of every label the opposite': (all: readonly Known[]) => all.map(otherwiseAfter),
  'nothing at all': (all: readonly Known[]) => all.filter(({ atMs }) => atMs <= UNTIL_MS),
};
type Future = keyof typeof FUTURES;
const futures = Object.keys(FUTURES) as Future[];

function otherwiseAfter(known: Known): Known {
  if (known.atMs <= UNTIL_MS) return known;
  if (known.kind === 'label') {
    const label = known.label.label === 'fraud' ? 'genuine' : 'fraud';
    return { ...known, label: { ...known.label, label, source: 'elsewhere' } };
  }
  const { merchant: _, device: __, ...transaction } = known.event.transaction;
  const otherwise = {
    amount_minor: (transaction.amount_minor * 7 + 13) % 100_000,
    currency: 'EUR',
    terminal_id: 'elsewhere',
  };
  return { ...known, event: { ...known.event, transaction: { ...transaction, ...otherwise } } };
}

/** A way to vectors, in the order of their transactions. */
type Engine = (all: readonly Known[]) => AsyncIterable<Pick<Replayed, 'event'> & { readonly vector: Float32Array }>;

async function* ours(all: readonly Known[]): ReturnType<Engine> {
  for await (const { event, decision } of replay(all, APPROVING)) yield { event, vector: decision.vector };
}

/** The check: how many vectors of up to `UNTIL_MS` depend on what comes later. */
async function vectorsThatKnow(future: Future, engine: Engine): Promise<{ known: number; all: number }> {
  const asItWas = await vectorsUntil(engine(history));
  const otherwise = await vectorsUntil(engine(FUTURES[future](history)));
  expect(otherwise).toHaveLength(asItWas.length);
  return { known: asItWas.filter((vector, row) => vector !== otherwise[row]).length, all: asItWas.length };
}

async function vectorsUntil(replayed: ReturnType<Engine>): Promise<string[]> {
  const vectors: string[] = [];
  for await (const { event, vector } of replayed) {
    if (event.eventTimeMs <= UNTIL_MS) vectors.push(Buffer.from(vector.buffer).toString('base64'));
  }
  return vectors;
}

describe.each(futures)('whatever happens and becomes known after a time: %s', (future) => {
  test('no vector of before it changes by a bit', PATIENCE, async () => {
    const { known, all } = await vectorsThatKnow(future, ours);
    expect(all).toBeGreaterThan(5_000);
    expect(known).toBe(0);
  });

  test('finds a replay that has labels before they are reported', PATIENCE, async () => {
    expect((await vectorsThatKnow(future, (all) => ours(labelledAtOnce(all)))).known).toBeGreaterThan(0);
  });
});

describe('finds a feature that looks ahead', () => {
  test('to the amount of the next transaction of the account', PATIENCE, async () => {
    const engine = lookingAhead((_, next) => next.transaction.amount_minor / 100);
    for (const future of futures) expect((await vectorsThatKnow(future, engine)).known).toBeGreaterThan(100);
  });

  test('to when the next transaction comes', PATIENCE, async () => {
    const engine = lookingAhead((event, next) => (next.eventTimeMs - event.eventTimeMs) / 1_000);
    expect((await vectorsThatKnow('nothing at all', engine)).known).toBeGreaterThan(100);
  });
});

/** Ours with one feature whose function was given the transaction that follows in its account. */
function lookingAhead(compute: (event: SimulatedEvent, next: SimulatedEvent) => number): Engine {
  return async function* (all) {
    const following = followingInAccount(all);
    for await (const { event, vector } of ours(all)) {
      const next = following.get(event);
      const mistaken = vector.slice();
      if (next !== undefined) mistaken[FEATURE_INDEX.acct_mean_incl_7d] = compute(event, next);
      yield { event, vector: mistaken };
    }
  };
}

function followingInAccount(all: readonly Known[]): Map<SimulatedEvent, SimulatedEvent> {
  const last = new Map<string, SimulatedEvent>();
  const following = new Map<SimulatedEvent, SimulatedEvent>();
  for (const known of all) {
    if (known.kind === 'label') continue;
    const { account_id } = known.event.transaction;
    const before = last.get(account_id);
    if (before !== undefined) following.set(before, known.event);
    last.set(account_id, known.event);
  }
  return following;
}

/** Each label right after its transaction, as if it were known at once. */
function labelledAtOnce(all: readonly Known[]): Known[] {
  const keyOf = (of: { account_id: string; transaction_id: string }): string => `${of.account_id}/${of.transaction_id}`;
  const labels = new Map<string, Known[]>();
  for (const known of all) {
    if (known.kind === 'label') labels.set(keyOf(known.label), [...(labels.get(keyOf(known.label)) ?? []), known]);
  }
  return all.flatMap((known) =>
    known.kind === 'transaction' ? [known, ...(labels.get(keyOf(known.event.transaction)) ?? [])] : [],
  );
}
