import { DAY_MS } from '../time.ts';

/** Exponentially decayed sums of the times of day of an account's events as points on the unit circle, half-life 30 days, folded in seq order. */
export interface TimeOfDayProfile {
  /** Events folded, not decayed. */
  readonly folded: number;
  readonly weight: number;
  readonly cosines: number;
  readonly sines: number;
}

const HALF_LIFE_MS = 30 * DAY_MS;

/** A profile that nothing was folded into. */
export function emptyTimes(): TimeOfDayProfile {
  return { folded: 0, weight: 0, cosines: 0, sines: 0 };
}

/** The time of day in UTC as an angle in radians, midnight at 0. */
export function angleOf(eventTimeMs: number): number {
  return (2 * Math.PI * (eventTimeMs - Math.floor(eventTimeMs / DAY_MS) * DAY_MS)) / DAY_MS;
}

/**
 * Folds one event's time into a profile that stands at `watermarkMs`, the greatest time folded before it. An event older than that enters with the
 * weight that it would have decayed to by then.
 */
export function foldTime(profile: TimeOfDayProfile, eventTimeMs: number, watermarkMs: number): TimeOfDayProfile {
  const { folded, weight, cosines, sines } = profile;
  const decay = folded === 0 ? 1 : Math.exp((-Math.LN2 * Math.abs(eventTimeMs - watermarkMs)) / HALF_LIFE_MS);
  const isNewest = eventTimeMs >= watermarkMs;
  const kept = isNewest ? decay : 1;
  const added = isNewest ? 1 : decay;
  const angle = angleOf(eventTimeMs);
  return {
    folded: folded + 1,
    weight: weight * kept + added,
    cosines: cosines * kept + added * Math.cos(angle),
    sines: sines * kept + added * Math.sin(angle),
  };
}
