import { DAY_MS } from '../time.ts';

/** Exponentially decayed count, mean and sum of squared deviations of amounts in minor units, half-life 30 days, folded in seq order. */
export interface DecayedProfile {
  /** Events folded, not decayed. */
  readonly folded: number;
  readonly weight: number;
  readonly mean: number;
  readonly squares: number;
  /** Event time to which weights are decayed: the greatest one folded, or -Infinity. */
  readonly atMs: number;
}

const HALF_LIFE_MS = 30 * DAY_MS;

/** A profile that nothing was folded into. */
export function emptyProfile(): DecayedProfile {
  return { folded: 0, weight: 0, mean: 0, squares: 0, atMs: -Infinity };
}

/**
 * Folds one amount. An event older than the newest folded one enters with the weight that it would have decayed to by then, so that for the
 * result only rounding depends on the order. Source: West, Updating mean and variance estimates, CACM 22(9), 1979.
 * `Math.exp` and not `Math.pow`: V8 computes it by its own port of fdlibm, the same bits on every platform.
 */
export function foldAmount(profile: DecayedProfile, amountMinor: number, eventTimeMs: number): DecayedProfile {
  const { folded, mean, atMs } = profile;
  if (folded === 0) return { folded: 1, weight: 1, mean: amountMinor, squares: 0, atMs: eventTimeMs };
  const decay = Math.exp((-Math.LN2 * Math.abs(eventTimeMs - atMs)) / HALF_LIFE_MS);
  const isNewest = eventTimeMs >= atMs;
  const kept = isNewest ? decay : 1;
  const added = isNewest ? 1 : decay;
  const weight = profile.weight * kept + added;
  const deviation = amountMinor - mean;
  const newMean = mean + (added * deviation) / weight;
  return {
    folded: folded + 1,
    weight,
    mean: newMean,
    squares: profile.squares * kept + added * deviation * (amountMinor - newMean),
    atMs: isNewest ? eventTimeMs : atMs,
  };
}
