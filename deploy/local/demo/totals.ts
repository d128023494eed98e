import type { Quantiles } from './latencies.ts';
import type { LoadedHistory } from './load-history.ts';
import type { ServiceCounts } from './live-run.ts';
import { total } from './summary.ts';
import type { Tally } from './tally.ts';

/** What a run came to; the JSON line of `--json`. Latencies in milliseconds from the intended moment of sending. */
export interface Totals {
  readonly ok: boolean;
  /** What went wrong, a sentence each. */
  readonly problems: readonly string[];
  readonly seconds: number;
  readonly start_seconds: number;
  /** Null when the data were there already. */
  readonly history: LoadedHistory | null;
  readonly sent: { readonly kafka: number; readonly http: number };
  /** Different transactions among what was sent. */
  readonly transactions: number;
  readonly decided: number;
  readonly undecided: number;
  readonly decided_twice: number;
  readonly holds: number;
  readonly late: number;
  readonly duplicates: number;
  readonly rejected: number;
  readonly rejected_by_reason: Readonly<Record<string, number>>;
  readonly http_answers: Readonly<Record<string, number>>;
  readonly lag: number;
  readonly latency_ms: { readonly kafka_to_log: Quantiles; readonly http: Quantiles };
}

/** Answers that a caller of the demo can get: decided, conflict, not a transaction. */
const EXPECTED_STATUSES = [200, 400, 409, 413, 422];

/** Adds up a run and judges it. */
export function totalsOf(run: {
  readonly tally: Tally;
  readonly counts: ServiceCounts;
  readonly sent: { readonly kafka: number; readonly http: number };
  readonly seconds: number;
  readonly startSeconds: number;
  readonly history: LoadedHistory | null;
  /** It did not end by itself: what was under way could not be waited for. */
  readonly interrupted: boolean;
}): Totals {
  const { tally, counts, sent, seconds, startSeconds, history, interrupted } = run;
  const problems = [...wrongOf(tally), ...(interrupted ? [] : missingOf(tally))];
  return {
    ok: problems.length === 0,
    problems,
    seconds: rounded(seconds),
    start_seconds: rounded(startSeconds),
    history: history === null ? null : { ...history, seconds: rounded(history.seconds) },
    sent,
    transactions: tally.transactions,
    decided: tally.decided,
    undecided: tally.undecided,
    decided_twice: tally.decidedTwice,
    holds: tally.holds,
    late: tally.late,
    duplicates: counts.duplicates,
    rejected: total(counts),
    rejected_by_reason: Object.fromEntries(counts.rejected),
    http_answers: Object.fromEntries(tally.httpStatuses),
    lag: counts.lag,
    latency_ms: { kafka_to_log: tally.readBackMs, http: tally.answeredMs },
  };
}

/** What may not be at any moment. */
function wrongOf(tally: Tally): string[] {
  const problems: string[] = [];
  if (tally.decidedTwice > 0) problems.push(`${tally.decidedTwice} transactions were decided twice.`);
  for (const [status, count] of tally.httpStatuses) {
    if (!EXPECTED_STATUSES.includes(status)) problems.push(`${count} requests were answered ${status}.`);
  }
  return problems;
}

/** What has to be there in the end. */
function missingOf(tally: Tally): string[] {
  const problems: string[] = [];
  if (tally.undecided > 0) problems.push(`${tally.undecided} transactions were sent and not decided.`);
  const [fault] = tally.httpFaults;
  if (fault !== undefined) problems.push(`${tally.httpFaults.length} requests got no answer: ${fault}.`);
  if (tally.decided === 0) problems.push('Nothing was decided.');
  return problems;
}

function rounded(seconds: number): number {
  return Math.round(seconds * 10) / 10;
}
