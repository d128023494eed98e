import { DEFAULT_POLICY, decide, FEATURES, type Model } from '#libs/core';
import type { SimulatedEvent } from '#libs/simulator';
import { replayVectors } from './replay-vectors.ts';

/** What the default policy made of the model's probabilities. */
export interface Evaluation {
  readonly transactions: number;
  readonly frauds: number;
  readonly holds: number;
  readonly holdsPerThousand: number;
  /** Share of the holds that were frauds. */
  readonly precision: number;
  /** Share of the frauds that were held, and of their amount (accounts in EUR). */
  readonly recall: number;
  readonly amountRecall: number;
  readonly recallByScenario: Readonly<Record<string, number>>;
  readonly genuineHeldPerThousand: number;
}

const BATCH_ROWS = 64;

interface Scored {
  readonly event: SimulatedEvent;
  readonly held: boolean;
}

/** Replays `events` through core, model and default policy, as the live scorer would decide them; counts those that `counts` accepts. */
export async function evaluate(
  model: Model,
  events: Iterable<SimulatedEvent>,
  counts: (event: SimulatedEvent) => boolean,
): Promise<Evaluation> {
  const scored: Scored[] = [];
  const vectors = new Float32Array(BATCH_ROWS * FEATURES.length);
  let waiting: SimulatedEvent[] = [];
  const flush = async (): Promise<void> => {
    const probabilities = await model.score(vectors.subarray(0, waiting.length * FEATURES.length), waiting.length);
    waiting.forEach((event, row) => scored.push({ event, held: isHeld(event, probabilities[row] ?? null) }));
    waiting = [];
  };
  for (const { event, vector } of replayVectors(events)) {
    if (!counts(event)) continue;
    vectors.set(vector, waiting.length * FEATURES.length);
    waiting.push(event);
    if (waiting.length === BATCH_ROWS) await flush();
  }
  await flush();
  return summarise(scored);
}

function isHeld({ transaction }: SimulatedEvent, probability: number | null): boolean {
  const { amount_minor: amountMinor, currency } = transaction;
  return decide({ probability, amountMinor, currency }, DEFAULT_POLICY).outcome === 'hold';
}

function summarise(scored: readonly Scored[]): Evaluation {
  const frauds = scored.filter(({ event }) => event.label.fraud);
  const holds = scored.filter(({ held }) => held);
  const caught = frauds.filter(({ held }) => held);
  const amount = (rows: readonly Scored[]): number =>
    rows.reduce(
      (sum, { event }) => sum + (event.transaction.currency === 'EUR' ? event.transaction.amount_minor : 0),
      0,
    );
  const names = [...new Set(frauds.map(({ event }) => event.label.scenario ?? ''))].sort();
  const recallOf = (name: string): number => {
    const those = frauds.filter(({ event }) => event.label.scenario === name);
    return share(those.filter(({ held }) => held).length, those.length);
  };
  return {
    transactions: scored.length,
    frauds: frauds.length,
    holds: holds.length,
    holdsPerThousand: share(holds.length * 1_000, scored.length),
    precision: share(caught.length, holds.length),
    recall: share(caught.length, frauds.length),
    amountRecall: share(amount(caught), amount(frauds)),
    recallByScenario: Object.fromEntries(names.map((name) => [name, recallOf(name)])),
    genuineHeldPerThousand: share((holds.length - caught.length) * 1_000, scored.length - frauds.length),
  };
}

const share = (part: number, whole: number): number => Math.round((part / whole) * 1_000) / 1_000;
