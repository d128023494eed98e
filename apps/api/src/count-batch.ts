import type { RequestResult } from '#libs/core';
import { countRefusal, countResults, recordStages, type Metrics } from '#libs/platform';

const DOOR = 'http';

/** Counts what became of one batch of requests: each metric once. `longestWaitMs` is from the first request's arrival to now. */
export function countBatch(metrics: Metrics, results: readonly RequestResult[], longestWaitMs: number): void {
  metrics.record('batchTransactions', results.length, { door: DOOR });
  const done = results.filter((result) => result.status === 'done');
  countResults(
    metrics,
    DOOR,
    done.map(({ result }) => result),
  );
  const [first] = done;
  if (first !== undefined) {
    metrics.add('commits', 1, { door: DOOR, status: 'committed' });
    metrics.record('receivedToCommittedSeconds', longestWaitMs / 1000, { door: DOOR });
    recordStages(metrics, DOOR, first.timings);
  }
  const refused = results.find((result) => result.status === 'unavailable');
  if (refused !== undefined) countRefusal(metrics, DOOR, refused.reason);
}
