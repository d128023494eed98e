import type { DecayedProfile } from '../account/decayed-profile.ts';
import type { EventColumns } from '../account/event-columns.ts';
import { hasOwnAmount, isKnownFraud } from '../account/verdict.ts';
import type { Rows } from './log-windows.ts';
import { RankedAmounts } from './ranked-amounts.ts';

/** What an account usually spends, in minor units of its currency; NaN where too little is known. */
export interface UsualAmount {
  readonly median: number;
  /** Mean without the highest tenth, of at least three amounts, none of them known to be a fraud's. */
  readonly trimmedMean: number;
}

/** The fewest amounts that a trimmed mean, or a deviation from the profile, is given for. */
const ENOUGH = 3;

const ranked = new RankedAmounts();

/**
 * Median and trimmed mean of a window's amounts, as far as they were not taken back. Of n amounts floor(n / 10) are trimmed, as
 * `scipy.stats.trim1(…, 0.1, 'right')` does. Known frauds leave the trimmed mean, and stay in the median.
 */
export function usualAmountOf({ amountsMinor, verdicts }: EventColumns, { from, to }: Rows): UsualAmount {
  const amounts = ranked.room(to - from);
  let count = 0;
  let frauds = 0;
  for (let row = from; row < to; row++) {
    const verdict = verdicts[row]!;
    if (!hasOwnAmount(verdict)) continue;
    if (isKnownFraud(verdict)) frauds++;
    else amounts[count++] = amountsMinor[row]!;
  }
  ranked.take(count);
  const kept = count - Math.floor(count / 10);
  const trimmedMean = count < ENOUGH ? NaN : ranked.sumOfLowest(kept) / kept;
  if (frauds === 0) return { median: median(), trimmedMean };
  for (let row = from; row < to; row++) {
    const verdict = verdicts[row]!;
    if (hasOwnAmount(verdict) && isKnownFraud(verdict)) amounts[count++] = amountsMinor[row]!;
  }
  ranked.take(count);
  return { median: median(), trimmedMean };
}

/** The median of what is ranked; NaN of nothing. */
function median(): number {
  const { count } = ranked;
  if (count === 0) return NaN;
  const middle = count >>> 1;
  const upper = ranked.at(middle);
  return count % 2 === 1 ? upper : (ranked.at(middle - 1) + upper) / 2;
}

/** How many times `usual` an amount is; NaN when that is unknown or nothing. */
export function ratioTo(usual: number, amountMinor: number): number {
  return usual > 0 ? amountMinor / usual : NaN;
}

/** Standard deviations between an amount and the profile's mean; NaN before three folded amounts and when all of them were the same. */
export function deviationFrom({ folded, weight, mean, squares }: DecayedProfile, amountMinor: number): number {
  return folded >= ENOUGH && squares > 0 ? (amountMinor - mean) / Math.sqrt(squares / weight) : NaN;
}
