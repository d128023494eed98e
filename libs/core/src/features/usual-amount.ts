import type { DecayedProfile } from '../account/decayed-profile.ts';
import type { EventColumns } from '../account/event-columns.ts';
import { hasOwnAmount, isKnownFraud } from '../account/verdict.ts';
import type { Rows } from './log-windows.ts';
import { selectRank } from './order-statistics.ts';

/** What an account usually spends, in minor units of its currency; NaN where too little is known. */
export interface UsualAmount {
  readonly median: number;
  /** Mean without the highest tenth, of at least three amounts, none of them known to be a fraud's. */
  readonly trimmedMean: number;
}

/** The fewest amounts that a trimmed mean, or a deviation from the profile, is given for. */
const ENOUGH = 3;

let scratch = new Float64Array(512);

/**
 * Median and trimmed mean of a window's amounts, as far as they were not taken back. Of n amounts floor(n / 10) are trimmed, as
 * `scipy.stats.trim1(…, 0.1, 'right')` does. Known frauds leave the trimmed mean, and stay in the median.
 */
export function usualAmountOf({ amountsMinor, verdicts }: EventColumns, { from, to }: Rows): UsualAmount {
  if (to - from > scratch.length) scratch = new Float64Array(2 * (to - from));
  const amounts = scratch;
  let count = 0;
  let frauds = 0;
  for (let row = from; row < to; row++) {
    const verdict = verdicts[row]!;
    if (!hasOwnAmount(verdict)) continue;
    if (isKnownFraud(verdict)) frauds++;
    else amounts[count++] = amountsMinor[row]!;
  }
  const kept = count - Math.floor(count / 10);
  if (kept > 0) selectRank(amounts, count, kept - 1);
  let sum = 0;
  for (let i = 0; i < kept; i++) sum += amounts[i]!;
  const trimmedMean = count < ENOUGH ? NaN : sum / kept;
  if (frauds === 0) return { median: medianOf(amounts, kept, count), trimmedMean };
  for (let row = from; row < to; row++) {
    const verdict = verdicts[row]!;
    if (hasOwnAmount(verdict) && isKnownFraud(verdict)) amounts[count++] = amountsMinor[row]!;
  }
  return { median: medianOf(amounts, count, count), trimmedMean };
}

/** The median of `count` amounts, of which the lowest `kept` come first and include both middle ones; NaN of none. */
function medianOf(amounts: Float64Array, kept: number, count: number): number {
  if (count === 0) return NaN;
  const middle = count >>> 1;
  selectRank(amounts, kept, middle);
  const upper = amounts[middle]!;
  if (count % 2 === 1) return upper;
  let lower = 0;
  for (let i = 0; i < middle; i++) if (amounts[i]! > lower) lower = amounts[i]!;
  return (lower + upper) / 2;
}

/** How many times `usual` an amount is; NaN when that is unknown or nothing. */
export function ratioTo(usual: number, amountMinor: number): number {
  return usual > 0 ? amountMinor / usual : NaN;
}

/** Standard deviations between an amount and the profile's mean; NaN before three folded amounts and when all of them were the same. */
export function deviationFrom({ folded, weight, mean, squares }: DecayedProfile, amountMinor: number): number {
  return folded >= ENOUGH && squares > 0 ? (amountMinor - mean) / Math.sqrt(squares / weight) : NaN;
}
