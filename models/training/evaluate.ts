import type { Model } from '#libs/core';
import type { Known, SimulatedEvent } from '#libs/simulator';
import { replay } from './replay.ts';

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

interface Scored {
  readonly event: SimulatedEvent;
  readonly held: boolean;
}

/** Replays a history through core, model and default policy, as the live scorer would decide it; counts those that `counts` accepts. */
export async function evaluate(
  model: Model,
  history: Iterable<Known>,
  counts: (event: SimulatedEvent) => boolean,
): Promise<Evaluation> {
  const scored: Scored[] = [];
  for await (const { event, decision } of replay(history, model)) {
    if (counts(event)) scored.push({ event, held: decision.outcome === 'hold' });
  }
  return summarise(scored);
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
