import type { Quantiles } from './latencies.ts';
import type { ServiceCounts } from './live-run.ts';
import type { Tally } from './tally.ts';

/** What the summary is made of. */
export interface Seen {
  readonly tally: Tally;
  readonly counts: ServiceCounts;
  readonly seconds: number;
  readonly nowMs: number;
}

/** The summary for a terminal. */
export function picture({ tally, counts, seconds, nowMs }: Seen): string[] {
  const { perSecond, readBackMs, answeredMs } = tally.recentAt(nowMs);
  const share = tally.decided === 0 ? 0 : (100 * tally.holds) / tally.decided;
  return [
    '',
    `  live for ${Math.floor(seconds)} s; Ctrl-C stops everything`,
    '',
    `  decided    ${count(tally.decided)}   ${perSecond.toFixed(1)} a second`,
    `  holds      ${count(tally.holds)}   ${share.toFixed(1)} % of the decisions`,
    `  duplicates ${count(counts.duplicates)}   answered with their first decision`,
    `  late       ${count(tally.late)}   older than their account's newest payment, decided all the same`,
    `  rejected   ${count(total(counts))}   ${reasons(counts)}`,
    `  lag        ${count(counts.lag)}   input records not decided; ${counts.outbox} decisions not published`,
    '',
    `  Kafka      ${latency(readBackMs)}   from the intended send to the decision read back from the log`,
    `  HTTP       ${latency(answeredMs)}   from the intended send to the answer`,
    '             (the last 10 s)',
    '',
    '  Latest holds',
    ...(tally.recentHolds.length === 0 ? ['    none yet'] : []),
    ...tally.recentHolds.map(
      ({ atMs, accountId, amount, riskScore, reason }) =>
        `    ${new Date(atMs).toTimeString().slice(0, 8)}  ${accountId.padEnd(12)} ${amount.padStart(14)}  score ${String(riskScore ?? '-').padStart(4)}  ${reason}`,
    ),
    '',
  ];
}

/** The summary for a log. */
export function plainLine({ tally, counts, seconds, nowMs }: Seen): string {
  const { perSecond, readBackMs, answeredMs } = tally.recentAt(nowMs);
  return (
    `live ${Math.floor(seconds)} s: decided ${tally.decided} (${perSecond.toFixed(1)}/s), holds ${tally.holds}, ` +
    `duplicates ${counts.duplicates}, late ${tally.late}, rejected ${total(counts)}, lag ${counts.lag}, ` +
    `Kafka p50 ${readBackMs.p50} ms p99 ${readBackMs.p99} ms, HTTP p50 ${answeredMs.p50} ms p99 ${answeredMs.p99} ms`
  );
}

/** All rejections. */
export function total({ rejected }: ServiceCounts): number {
  return [...rejected.values()].reduce((sum, count) => sum + count, 0);
}

function count(value: number): string {
  return value.toLocaleString('en-US').padStart(9);
}

function reasons({ rejected }: ServiceCounts): string {
  return [...rejected].map(([reason, count]) => `${reason} ${count}`).join(', ');
}

function latency({ p50, p99 }: Quantiles): string {
  return `p50 ${p50.toFixed(1).padStart(7)} ms   p99 ${p99.toFixed(1).padStart(7)} ms`;
}
