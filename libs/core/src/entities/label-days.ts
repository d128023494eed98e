import { DAY_MS } from '../time.ts';

/**
 * Primitive K: what is known of the transactions of each day (of their own time, in UTC), as counts that can be taken back. Sums, so that the order in
 * which changes come does not matter. A window of n days at time t is the day of t and the n - 1 before it, of what is known now: also labels that
 * were reported after t. Ordered by day; days without anything are not kept.
 */
export interface LabelDays {
  /** Days since 1970. */
  readonly days: Int32Array;
  readonly transactions: Int32Array;
  readonly genuine: Int32Array;
  readonly frauds: Int32Array;
}

/** Counts of some days. */
export interface DayCounts {
  readonly transactions: number;
  readonly genuine: number;
  readonly frauds: number;
}

const NO_DAYS = newLabelDays(0);

/** Columns for `days` days, all zero. */
export function newLabelDays(days: number): LabelDays {
  return {
    days: new Int32Array(days),
    transactions: new Int32Array(days),
    genuine: new Int32Array(days),
    frauds: new Int32Array(days),
  };
}

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
  if (day <= untilDay || (added.transactions === 0 && added.genuine === 0 && added.frauds === 0)) return kept;
  const found = kept.days.indexOf(day);
  const at = found === -1 ? kept.days.filter((other) => other < day).length : found;
  const before = found === -1 ? NOTHING : countsAt(kept, found);
  const after = {
    transactions: before.transactions + added.transactions,
    genuine: before.genuine + added.genuine,
    frauds: before.frauds + added.frauds,
  };
  const isNothing = after.transactions === 0 && after.genuine === 0 && after.frauds === 0;
  const tail = found === -1 ? at : at + 1;
  const next = newLabelDays(at + (isNothing ? 0 : 1) + kept.days.length - tail);
  copyDays(kept, next, { from: 0, to: at, at: 0 });
  if (!isNothing) {
    next.days[at] = day;
    next.transactions[at] = after.transactions;
    next.genuine[at] = after.genuine;
    next.frauds[at] = after.frauds;
  }
  copyDays(kept, next, { from: tail, to: kept.days.length, at: at + (isNothing ? 0 : 1) });
  return next;
}

/** `known` without days up to `untilDay`. */
export function withoutExpiredDays(known: LabelDays, untilDay: number): LabelDays {
  let leaving = 0;
  while (leaving < known.days.length && known.days[leaving]! <= untilDay) leaving++;
  if (leaving === 0) return known;
  const next = newLabelDays(known.days.length - leaving);
  copyDays(known, next, { from: leaving, to: known.days.length, at: 0 });
  return next;
}

/** Totals of the days after `afterDay`, up to `lastDay`. */
export function countsOf(known: LabelDays, { afterDay, lastDay }: { afterDay: number; lastDay: number }): DayCounts {
  let [transactions, genuine, frauds] = [0, 0, 0];
  for (let at = 0; at < known.days.length; at++) {
    if (known.days[at]! <= afterDay || known.days[at]! > lastDay) continue;
    transactions += known.transactions[at]!;
    genuine += known.genuine[at]!;
    frauds += known.frauds[at]!;
  }
  return { transactions, genuine, frauds };
}

const NOTHING: DayCounts = { transactions: 0, genuine: 0, frauds: 0 };

function countsAt({ transactions, genuine, frauds }: LabelDays, at: number): DayCounts {
  return { transactions: transactions[at]!, genuine: genuine[at]!, frauds: frauds[at]! };
}

function copyDays(
  source: LabelDays,
  target: LabelDays,
  { from, to, at }: { from: number; to: number; at: number },
): void {
  for (let row = from, into = at; row < to; row++, into++) {
    target.days[into] = source.days[row]!;
    target.transactions[into] = source.transactions[row]!;
    target.genuine[into] = source.genuine[row]!;
    target.frauds[into] = source.frauds[row]!;
  }
}
