import { type ChampionSlot, type Decision, type Drift, DriftWatch, FEATURES, type ModelDrift } from '#libs/core';
import type { Metrics } from '#libs/platform';

const NAMES = FEATURES.map(({ name }) => name);
/** Enough for shares of a hundredth to be told apart, and filled in minutes. */
const WINDOW_DECISIONS = 5_000;

/**
 * Compares what the worker reads of `decisions.v1` with what its champion was made on, in the worker's metrics. `offer` takes a decision; a champion without a
 * reference is not compared. `close` ends it.
 */
export function watchDrift(
  slot: Pick<ChampionSlot, 'identity' | 'reference'>,
  metrics: Metrics,
): { offer(decision: Decision): void; close(): void } {
  let watched: { readonly sha256: string; readonly watch: DriftWatch | null } | null = null;
  const watchOf = (): DriftWatch | null => {
    const { identity, reference } = slot;
    const { sha256 } = identity;
    if (watched?.sha256 !== sha256) {
      const options = { windowDecisions: WINDOW_DECISIONS };
      watched = { sha256, watch: reference === null ? null : new DriftWatch({ sha256, reference }, options) };
    }
    return watched.watch;
  };
  const lastDrift = (): ModelDrift | null => watchOf()?.last ?? null;
  const ofFeatures = (of: (drift: Drift) => number) => () => {
    const features = lastDrift()?.features ?? [];
    return features.map((drift, place) => ({ value: of(drift), labels: { feature: NAMES[place] as string } }));
  };
  const ofModel = (of: (drift: ModelDrift) => number) => () => {
    const drift = lastDrift();
    return drift === null ? [] : [{ value: of(drift), labels: {} }];
  };
  const psiOf = ofFeatures(({ psi }) => psi);
  const missingOf = ofFeatures(({ missingShare }) => missingShare);
  const moved = ({ features }: ModelDrift): number => features.filter(({ hasMoved }) => hasMoved).length;
  const forget = [
    metrics.observe('featurePsi', psiOf),
    metrics.observe('featureMissing', missingOf),
    metrics.observe(
      'scorePsi',
      ofModel(({ score }) => score.psi),
    ),
    metrics.observe('driftedInputs', ofModel(moved)),
  ];
  return {
    offer: (decision) => watchOf()?.offer(decision),
    close: () => {
      for (const one of forget) one();
    },
  };
}
