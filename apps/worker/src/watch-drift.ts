import { type ChampionSlot, type Decision, type Drift, DriftWatch, FEATURES } from '#libs/core';
import type { Metrics } from '#libs/platform';

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
  const features = (of: (drift: Drift) => number) => () => {
    const last = watchOf()?.last ?? null;
    if (last === null) return [];
    return FEATURES.map(({ name }, place) => ({ value: of(last.feature(place)), labels: { feature: name } }));
  };
  const forget = [
    metrics.observe(
      'featurePsi',
      features(({ psi }) => psi),
    ),
    metrics.observe(
      'featureMissing',
      features(({ missingShare }) => missingShare),
    ),
    metrics.observe('scorePsi', () => {
      const last = watchOf()?.last ?? null;
      return last === null ? [] : [{ value: last.score.psi, labels: {} }];
    }),
    metrics.observe('driftedInputs', () => {
      const last = watchOf()?.last ?? null;
      if (last === null) return [];
      return [{ value: FEATURES.filter((_, place) => last.feature(place).hasMoved).length, labels: {} }];
    }),
  ];
  return {
    offer: (decision) => watchOf()?.offer(decision),
    close: () => {
      for (const one of forget) one();
    },
  };
}
