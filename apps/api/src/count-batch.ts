import type { ItemResult, RequestResult } from '#libs/core';
import type { Metrics } from '#libs/platform';

const DOOR = 'http';
const COMMIT_STATUSES = ['closed', 'gap', 'stale', 'conflict', 'full'] as const;

/** Counts what became of one batch of requests: each metric once. `longestWaitMs` is from the first request's arrival to now. */
export function countBatch(metrics: Metrics, results: readonly RequestResult[], longestWaitMs: number): void {
  const [first] = results;
  metrics.record('batchTransactions', results.length, { door: DOOR });
  if (first === undefined) return;
  if (first.status === 'unavailable') {
    const status = COMMIT_STATUSES.find((known) => known === first.reason) ?? 'unknown';
    metrics.add('commits', 1, { door: DOOR, status });
  } else {
    const { state, features, model, commit } = first.timings;
    metrics.add('commits', 1, { door: DOOR, status: 'committed' });
    metrics.record('receivedToCommittedSeconds', longestWaitMs / 1000, { door: DOOR });
    metrics.record('stageSeconds', state / 1000, { door: DOOR, stage: 'load' });
    metrics.record('stageSeconds', features / 1000, { door: DOOR, stage: 'features' });
    metrics.record('stageSeconds', model / 1000, { door: DOOR, stage: 'model' });
    metrics.record('stageSeconds', commit / 1000, { door: DOOR, stage: 'commit' });
  }
  for (const [count, add] of tally(results, metrics)) if (count > 0) add(count);
}

function tally(results: readonly RequestResult[], metrics: Metrics): [number, (count: number) => void][] {
  const done = results.flatMap((result) => (result.status === 'done' ? [result.result] : []));
  const count = (accepts: (result: ItemResult) => boolean) => done.filter(accepts).length;
  const decided = (outcome: 'approve' | 'hold') =>
    count((result) => result.kind === 'decided' && result.decision.outcome === outcome);
  const reject = (reason: 'identity_conflict' | 'too_late' | 'from_the_future') => (amount: number) =>
    metrics.add('rejected', amount, { door: DOOR, reason });
  return [
    [decided('approve'), (amount) => metrics.add('decisions', amount, { door: DOOR, outcome: 'approve' })],
    [decided('hold'), (amount) => metrics.add('decisions', amount, { door: DOOR, outcome: 'hold' })],
    [
      count((result) => result.kind === 'decided' && result.decision.late),
      (amount) => metrics.add('late', amount, { door: DOOR }),
    ],
    [count(({ kind }) => kind === 'duplicate'), (amount) => metrics.add('duplicates', amount, { door: DOOR })],
    [count(({ kind }) => kind === 'conflict'), reject('identity_conflict')],
    [count(({ kind }) => kind === 'too_late'), reject('too_late')],
    [count(({ kind }) => kind === 'from_the_future'), reject('from_the_future')],
  ];
}
