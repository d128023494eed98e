import { DAY_MS } from '../time.ts';

/**
 * Primitive K: what is known of the transactions of each day (of their own time, in UTC), as counts that can be taken back. Sums, so that the order in
 * which changes come does not matter. A window of n days at time t is the day of t and the n - 1 before it, of what is known now: also labels that
 * were reported after t. Ordered by day; days without anything are not kept.
 *
 * `DAY_WIDTH` numbers a day: days since 1970, transactions, genuine ones, frauds.
 */
export type LabelDays = Int32Array<ArrayBuffer>;

export const DAY_WIDTH = 4;

/** Counts of some days. */
export interface DayCounts {
  readonly transactions: number;
  readonly genuine: number;
  readonly frauds: number;
}

const NO_DAYS: LabelDays = new Int32Array(0);

/** No days. */
export function emptyLabelDays(): LabelDays {
  return NO_DAYS;
}

/** The day of a time. */
export function dayOf(timeMs: number): number {
  return Math.floor(timeMs / DAY_MS);
}

/** `known` with counts added to a day, negative ones taken away, and without days up to `untilDay`. */
export function withCounts(known: LabelDays, day: number, added: DayCounts, untilDay: number): LabelDays {
  const kept = withoutExpiredDays(known, untilDay);
  const { transactions, genuine, frauds } = added;
  if (day <= untilDay || (transactions === 0 && genuine === 0 && frauds === 0)) return kept;
  let at = 0;
  while (at < kept.length && kept[at]! < day) at += DAY_WIDTH;
  const next = kept[at] === day ? kept.slice() : withDay(kept, at, day);
  next[at + 1]! += transactions;
  next[at + 2]! += genuine;
  next[at + 3]! += frauds;
  const isNothing = next[at + 1] === 0 && next[at + 2] === 0 && next[at + 3] === 0;
  return isNothing ? withoutDay(next, at) : next;
}

/** `known` without days up to `untilDay`. */
export function withoutExpiredDays(known: LabelDays, untilDay: number): LabelDays {
  let leaving = 0;
  while (leaving < known.length && known[leaving]! <= untilDay) leaving += DAY_WIDTH;
  return leaving === 0 ? known : known.slice(leaving);
}

/** Totals of the days after `afterDay`, up to `lastDay`. */
export function countsOf(known: LabelDays, { afterDay, lastDay }: { afterDay: number; lastDay: number }): DayCounts {
  let [transactions, genuine, frauds] = [0, 0, 0];
  for (let at = 0; at < known.length; at += DAY_WIDTH) {
    if (known[at]! <= afterDay || known[at]! > lastDay) continue;
    transactions += known[at + 1]!;
    genuine += known[at + 2]!;
    frauds += known[at + 3]!;
  }
  return { transactions, genuine, frauds };
}

function withDay(known: LabelDays, at: number, day: number): LabelDays {
  const next = new Int32Array(known.length + DAY_WIDTH);
  next.set(known.subarray(0, at));
  next[at] = day;
  next.set(known.subarray(at), at + DAY_WIDTH);
  return next;
}

function withoutDay(known: LabelDays, at: number): LabelDays {
  const next = new Int32Array(known.length - DAY_WIDTH);
  next.set(known.subarray(0, at));
  next.set(known.subarray(at + DAY_WIDTH), at);
  return next;
}
