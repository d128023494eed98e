import type { DecayedProfile } from '../account/decayed-profile.ts';
import type { EventColumns } from '../account/event-columns.ts';
import { isOtherCurrency } from '../account/verdict.ts';
import type { Rows } from './log-windows.ts';

/** What an account usually spends, in minor units of its currency; NaN where too little is known. */
export interface UsualAmount {
  readonly median: number;
  /** Mean without the highest tenth, of at least three amounts. */
  readonly trimmedMean: number;
}

/** The fewest amounts that a trimmed mean, or a deviation from the profile, is given for. */
const ENOUGH = 3;

/** Median and trimmed mean of a window's amounts. Of n amounts floor(n / 10) are trimmed, as `scipy.stats.trim1(…, 0.1, 'right')` does. */
export function usualAmountOf({ amountsMinor, verdicts }: EventColumns, { from, to }: Rows): UsualAmount {
  const amounts = new Float64Array(to - from);
  let count = 0;
  for (let row = from; row < to; row++) {
    if (!isOtherCurrency(verdicts[row]!)) amounts[count++] = amountsMinor[row]!;
  }
  const sorted = amounts.subarray(0, count).sort();
  const upper = sorted[count >>> 1] ?? NaN;
  const median = count % 2 === 1 ? upper : (sorted[(count >>> 1) - 1]! + upper) / 2;
  return { median, trimmedMean: count < ENOUGH ? NaN : meanOfLowest(sorted, count - Math.floor(count / 10)) };
}

function meanOfLowest(sorted: Float64Array, count: number): number {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += sorted[i]!;
  return sum / count;
}

/** How many times `usual` an amount is; NaN when that is unknown or nothing. */
export function ratioTo(usual: number, amountMinor: number): number {
  return usual > 0 ? amountMinor / usual : NaN;
}

/** Standard deviations between an amount and the profile's mean; NaN before three folded amounts and when all of them were the same. */
export function deviationFrom({ folded, weight, mean, squares }: DecayedProfile, amountMinor: number): number {
  return folded >= ENOUGH && squares > 0 ? (amountMinor - mean) / Math.sqrt(squares / weight) : NaN;
}
