import type { TimeOfDayProfile } from '../account/time-of-day-profile.ts';
import type { Calendar } from './calendar.ts';

/** The density of somebody without habits, and of somebody of whom too little is known. */
export const UNIFORM_DENSITY = 1 / (2 * Math.PI);
/** The fewest events that make a habit. */
const ENOUGH = 5;
/** A spread of about 23 minutes: nothing narrower is told from a coincidence. */
const GREATEST_CONCENTRATION = 100;

/**
 * How usual a time of day is for an account: the density, per radian, of the von Mises distribution around its mean time. Its concentration follows from
 * the mean resultant length of the decayed profile; the number of events is that of all, not decayed.
 */
export function timeDensity(profile: TimeOfDayProfile, { hourSin, hourCos }: Calendar): number {
  const { folded, weight, cosines, sines } = profile;
  const length = Math.sqrt(cosines * cosines + sines * sines);
  if (folded < ENOUGH || length === 0) return UNIFORM_DENSITY;
  const concentration = concentrationOf(Math.min(length / weight, 1), folded);
  const cosine = (hourCos * cosines + hourSin * sines) / length;
  return Math.exp(concentration * (cosine - 1)) / (2 * Math.PI * besselI0Scaled(concentration));
}

/**
 * Concentration of a von Mises distribution from the mean resultant length of `count` directions: the maximum-likelihood estimate by the approximation of
 * Best and Fisher, The bias of the maximum likelihood estimators of the von Mises-Fisher concentration parameters, Communications in Statistics -
 * Simulation and Computation 10(5), 1981, with their correction for up to 15 directions. At most 100.
 */
export function concentrationOf(length: number, count: number): number {
  const estimate = estimateOf(length);
  if (count > 15) return Math.min(estimate, GREATEST_CONCENTRATION);
  if (estimate < 2) return Math.max(estimate - 2 / (count * estimate), 0);
  const less = count - 1;
  return Math.min((less * less * less * estimate) / (count * count * count + count), GREATEST_CONCENTRATION);
}

function estimateOf(length: number): number {
  if (length < 0.53) return length * (2 + length * length * (1 + (5 * length * length) / 6));
  if (length < 0.85) return -0.4 + 1.39 * length + 0.43 / (1 - length);
  return 1 / (length * (1 - length) * (3 - length));
}

/** exp(-x) times the modified Bessel function of order 0, for x >= 0, to 2e-7. Source: Abramowitz and Stegun, 9.8.1 and 9.8.2. */
export function besselI0Scaled(x: number): number {
  if (x < 3.75) {
    const t = (x / 3.75) * (x / 3.75);
    const sum = 1.2067492 + t * (0.2659732 + t * (0.0360768 + t * 0.0045813));
    return Math.exp(-x) * (1 + t * (3.5156229 + t * (3.0899424 + t * sum)));
  }
  const t = 3.75 / x;
  const high = -0.02057706 + t * (0.02635537 + t * (-0.01647633 + t * 0.00392377));
  const low = 0.39894228 + t * (0.01328592 + t * (0.00225319 + t * (-0.00157565 + t * (0.00916281 + t * high))));
  return low / Math.sqrt(x);
}
