import { DAY_MS } from '../time.ts';
import { FRAUD, GENUINE, type EntityLog } from './entity-log.ts';
import { DAY_WIDTH, dayOf, type LabelDays } from './label-days.ts';

/**
 * Primitive R: what the known labels say when they are read in the order of their transactions. All of it is of transactions in (t - 45 d, t] and of
 * what is known of them now, in the order of (time, key).
 *
 * A *run* of fraud is known frauds with no more than 28 days from one to the next, whatever is known between them. It is current for as long after its
 * last fraud. Days on which only counts are known (of what a log's cap pushed out) come before the log's rows, each as of its first millisecond: its
 * frauds first, then its genuine ones; its last label is the more frequent one, genuine when they are even.
 */
export interface LabelRuns {
  /** Labelled transactions. */
  readonly genuine: number;
  readonly frauds: number;
  /** Whether the last labelled transaction is a fraud; null without any. */
  readonly isLastFraud: boolean | null;
  /** Times of the last known fraud and of the last known genuine one, or -Infinity. */
  readonly lastFraudMs: number;
  readonly lastGenuineMs: number;
  /** The current run; null when there is none. */
  readonly run: FraudRun | null;
}

/** A run of known frauds. */
export interface FraudRun {
  /** Time of its first fraud. */
  readonly startMs: number;
  readonly frauds: number;
  /** Known genuine transactions after its first fraud. */
  readonly genuineSince: number;
}

/** Known frauds further apart belong to different runs. */
export const LONGEST_GAP_MS = 28 * DAY_MS;

/** The labels of rows [from, to) of a log and of the days of (afterDay, lastDay], read at `timeMs`. One pass. */
export function labelRunsOf(
  { log, from, to }: { readonly log: EntityLog; readonly from: number; readonly to: number },
  { days, afterDay }: { readonly days: LabelDays; readonly afterDay: number },
  timeMs: number,
): LabelRuns {
  const reader = new RunReader();
  const lastDay = dayOf(timeMs);
  for (let at = 0; at < days.length; at += DAY_WIDTH) {
    const day = days[at]!;
    if (day > afterDay && day <= lastDay) reader.day(day * DAY_MS, days[at + 2]!, days[at + 3]!);
  }
  for (let row = from; row < to; row++) {
    const flags = log.flags[row]!;
    if ((flags & FRAUD) !== 0) reader.fraud(log.timesMs[row]!, 1);
    else if ((flags & GENUINE) !== 0) reader.genuine(log.timesMs[row]!, 1);
  }
  return reader.runsAt(timeMs);
}

class RunReader {
  #genuine = 0;
  #frauds = 0;
  #isLastFraud: boolean | null = null;
  #lastFraudMs = -Infinity;
  #lastGenuineMs = -Infinity;
  #startMs = -Infinity;
  #runFrauds = 0;
  #genuineSince = 0;

  fraud(timeMs: number, count: number): void {
    if (timeMs - this.#lastFraudMs > LONGEST_GAP_MS) {
      this.#startMs = timeMs;
      this.#runFrauds = 0;
      this.#genuineSince = 0;
    }
    this.#frauds += count;
    this.#runFrauds += count;
    this.#lastFraudMs = timeMs;
    this.#isLastFraud = true;
  }

  genuine(timeMs: number, count: number): void {
    this.#genuine += count;
    this.#genuineSince += count;
    this.#lastGenuineMs = timeMs;
    this.#isLastFraud = false;
  }

  day(startMs: number, genuine: number, frauds: number): void {
    if (frauds > 0) this.fraud(startMs, frauds);
    if (genuine > 0) this.genuine(startMs, genuine);
    if (frauds > genuine) this.#isLastFraud = true;
  }

  runsAt(timeMs: number): LabelRuns {
    const isCurrent = timeMs - this.#lastFraudMs <= LONGEST_GAP_MS;
    const run = { startMs: this.#startMs, frauds: this.#runFrauds, genuineSince: this.#genuineSince };
    return {
      genuine: this.#genuine,
      frauds: this.#frauds,
      isLastFraud: this.#isLastFraud,
      lastFraudMs: this.#lastFraudMs,
      lastGenuineMs: this.#lastGenuineMs,
      run: isCurrent ? run : null,
    };
  }
}
