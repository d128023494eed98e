import { round2 } from './measured-cpu.ts';

/** Latencies of requests, milliseconds; `failed` are those without a decision. */
export interface HttpLatencies {
  readonly requests: number;
  readonly failed: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** Describes answers by their latency and status; NaN of none. */
export function describeAnswers(
  answers: readonly { readonly latencyMs: number; readonly status: number }[],
): HttpLatencies {
  const sorted = answers.map(({ latencyMs }) => latencyMs).toSorted((a, b) => a - b);
  const at = (share: number): number => round2(sorted[Math.floor(share * sorted.length)] ?? Number.NaN);
  const failed = answers.filter(({ status }) => status !== 200).length;
  return { requests: answers.length, failed, p50Ms: at(0.5), p99Ms: at(0.99) };
}
