import { firstAfter, type EventColumns } from '../account/event-columns.ts';
import type { AccountState } from '../account/account-state.ts';
import { KEY_WORDS } from '../account/key-table.ts';
import { PARTY } from '../account/surroundings.ts';
import { hasOwnAmount, isOtherCurrency, isReversed } from '../account/verdict.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../time.ts';

/** Rows [from, to) of the log. */
export interface Rows {
  readonly from: number;
  readonly to: number;
}

/** The rows of each window that ends at an event's own time; a longer window begins no later than a shorter one, and all end alike. */
export type Windows = Readonly<
  Record<'minute' | 'fiveMinutes' | 'hour' | 'day' | 'week' | 'month' | 'twoMonths', Rows>
>;

/** The windows (t - W, t] at `eventTimeMs`. Rows of the same millisecond were decided earlier: they are in. */
export function windowsAt(events: EventColumns, eventTimeMs: number): Windows {
  const to = firstAfter(events, eventTimeMs);
  const last = (windowMs: number): Rows => ({ from: firstAfter(events, eventTimeMs - windowMs), to });
  return {
    minute: last(MINUTE_MS),
    fiveMinutes: last(5 * MINUTE_MS),
    hour: last(HOUR_MS),
    day: last(DAY_MS),
    week: last(7 * DAY_MS),
    month: last(30 * DAY_MS),
    twoMonths: last(60 * DAY_MS),
  };
}

/** How many events a window holds, of any currency. */
export function countOf({ from, to }: Rows): number {
  return to - from;
}

/** Amounts in the account's currency, in minor units; sums are exact integers. */
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

/** Events of exactly this amount, both in the account's currency or both in others. */
export function countSameAmount(
  { amountsMinor, verdicts }: EventColumns,
  { from, to }: Rows,
  { amountMinor, isOwnCurrency }: { amountMinor: number; isOwnCurrency: boolean },
): number {
  let count = 0;
  for (let row = from; row < to; row++) {
    const verdict = verdicts[row]!;
    if (amountsMinor[row] !== amountMinor || isReversed(verdict)) continue;
    if (isOtherCurrency(verdict) !== isOwnCurrency) count++;
  }
  return count;
}

/** Events in the account's currency of less than `belowMinor`. */
export function countSmall({ amountsMinor, verdicts }: EventColumns, { from, to }: Rows, belowMinor: number): number {
  let count = 0;
  for (let row = from; row < to; row++) {
    if (amountsMinor[row]! < belowMinor && hasOwnAmount(verdicts[row]!)) count++;
  }
  return count;
}

/** Events with this counterparty; none for 0, which is "no counterparty". */
export function countWithCounterparty(
  { events, parties }: Pick<AccountState, 'events' | 'parties'>,
  { from, to }: Rows,
  counterparty: number,
): number {
  if (counterparty === 0) return 0;
  const { words } = parties;
  let count = 0;
  for (let row = from; row < to; row++) {
    if (words[KEY_WORDS * events.parties[row]! + PARTY.counterparty] === counterparty) count++;
  }
  return count;
}
