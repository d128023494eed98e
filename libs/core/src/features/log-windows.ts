import { firstAfter, type EventColumns } from '../account/event-columns.ts';
import { hasOwnAmount, isHold, isKnownFraud, isOtherCurrency, isReversed } from '../account/verdict.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../time.ts';

/** Rows [from, to) of a log. */
export interface Rows {
  readonly from: number;
  readonly to: number;
}

/** The rows of each window that ends at an event's own time; a longer window begins no later than a shorter one, and all end alike. */
export type Windows = Readonly<Record<keyof typeof LENGTHS_MS, Rows>>;

const LENGTHS_MS = {
  minute: MINUTE_MS,
  fiveMinutes: 5 * MINUTE_MS,
  hour: HOUR_MS,
  day: DAY_MS,
  week: 7 * DAY_MS,
  fortnight: 14 * DAY_MS,
  month: 30 * DAY_MS,
  twoMonths: 60 * DAY_MS,
} as const;

/** The windows (t - W, t] at `eventTimeMs`. Rows of the same millisecond were decided earlier: they are in. */
export function windowsAt(events: EventColumns, eventTimeMs: number): Windows {
  const to = firstAfter(events, eventTimeMs);
  const last = (windowMs: number, within: number): number => firstAfter(events, eventTimeMs - windowMs, within);
  const minute = last(LENGTHS_MS.minute, to);
  const fiveMinutes = last(LENGTHS_MS.fiveMinutes, minute);
  const hour = last(LENGTHS_MS.hour, fiveMinutes);
  const day = last(LENGTHS_MS.day, hour);
  const week = last(LENGTHS_MS.week, day);
  const fortnight = last(LENGTHS_MS.fortnight, week);
  const month = last(LENGTHS_MS.month, fortnight);
  const twoMonths = last(LENGTHS_MS.twoMonths, month);
  return {
    minute: { from: minute, to },
    fiveMinutes: { from: fiveMinutes, to },
    hour: { from: hour, to },
    day: { from: day, to },
    week: { from: week, to },
    fortnight: { from: fortnight, to },
    month: { from: month, to },
    twoMonths: { from: twoMonths, to },
  };
}

/** How many events a window holds, of any currency, reversed ones too. */
export function countOf({ from, to }: Rows): number {
  return to - from;
}

/** Amounts in the account's currency, in minor units, as far as they were not taken back; sums are exact integers. */
export interface Totals {
  readonly count: number;
  readonly sumMinor: number;
  /** 0 when there is none. */
  readonly largestMinor: number;
}

/** Totals of a window. `inner` are those of a shorter window with the same end, so that no row is visited twice. */
export function totalsOf(
  { amountsMinor, verdicts }: EventColumns,
  { from, to }: Rows,
  inner: { readonly rows: Rows; readonly totals: Totals } | null,
): Totals {
  let { count, sumMinor, largestMinor } = inner?.totals ?? { count: 0, sumMinor: 0, largestMinor: 0 };
  for (let row = from; row < (inner?.rows.from ?? to); row++) {
    if (!hasOwnAmount(verdicts[row]!)) continue;
    const amount = amountsMinor[row]!;
    count++;
    sumMinor += amount;
    if (amount > largestMinor) largestMinor = amount;
  }
  return { count, sumMinor, largestMinor };
}

/** Events of which exactly this amount is left, both in the account's currency or both in others; none with nothing left. */
export function countSameAmount(
  { amountsMinor, verdicts }: EventColumns,
  { from, to }: Rows,
  { amountMinor, isOwnCurrency }: { amountMinor: number; isOwnCurrency: boolean },
): number {
  let count = 0;
  for (let row = from; row < to; row++) {
    if (amountsMinor[row] !== amountMinor) continue;
    const verdict = verdicts[row]!;
    if (!isReversed(verdict) && isOtherCurrency(verdict) !== isOwnCurrency) count++;
  }
  return count;
}

/** Events in the account's currency of which less than `belowMinor` is left, and something. */
export function countSmall({ amountsMinor, verdicts }: EventColumns, { from, to }: Rows, belowMinor: number): number {
  let count = 0;
  for (let row = from; row < to; row++) {
    if (amountsMinor[row]! < belowMinor && hasOwnAmount(verdicts[row]!)) count++;
  }
  return count;
}

/** Events in the account's currency of which more than `aboveMinor` is left. */
export function countBig({ amountsMinor, verdicts }: EventColumns, { from, to }: Rows, aboveMinor: number): number {
  let count = 0;
  for (let row = from; row < to; row++) {
    if (amountsMinor[row]! > aboveMinor && hasOwnAmount(verdicts[row]!)) count++;
  }
  return count;
}

/** Events that were held. */
export function countHeld({ verdicts }: EventColumns, { from, to }: Rows): number {
  let count = 0;
  for (let row = from; row < to; row++) if (isHold(verdicts[row]!)) count++;
  return count;
}

/** Events that are known, as labels stand, to have been frauds. */
export function countKnownFrauds({ verdicts }: EventColumns, { from, to }: Rows): number {
  let count = 0;
  for (let row = from; row < to; row++) if (isKnownFraud(verdicts[row]!)) count++;
  return count;
}
