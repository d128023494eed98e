import { isUnexplained, type ItemResult, type RejectionReason, type StageTimings } from '#libs/core';
import type { Metrics } from './metrics.ts';

type Door = 'http' | 'kafka';
type Recorded = Extract<ItemResult, { kind: 'recorded' }>;

/** Counts what became of a committed batch: each metric once, however many transactions. */
export function countResults(metrics: Metrics, door: Door, results: readonly ItemResult[]): void {
  const counts = { approve: 0, hold: 0, late: 0, duplicate: 0, unexplained: 0 };
  const recorded = new Map<string, { what: Recorded['what']; matched: boolean; count: number }>();
  const rejected = new Map<RejectionReason, number>();
  const reject = (reason: RejectionReason): void => void rejected.set(reason, (rejected.get(reason) ?? 0) + 1);
  for (const result of results) {
    switch (result.kind) {
      case 'decided':
        counts[result.decision.outcome] += 1;
        if (result.decision.late) counts.late += 1;
        if (isUnexplained(result.decision)) counts.unexplained += 1;
        break;
      case 'recorded': {
        const { what, matched } = result;
        const key = `${what} ${matched}`;
        recorded.set(key, { what, matched, count: (recorded.get(key)?.count ?? 0) + 1 });
        break;
      }
      case 'duplicate':
        counts.duplicate += 1;
        break;
      case 'conflict':
        reject('identity_conflict');
        break;
      case 'too_late':
      case 'from_the_future':
        reject(result.kind);
        break;
      case 'invalid':
        reject(result.reason);
        break;
      case 'forwarded':
      case 'skipped':
        break;
    }
  }
  if (counts.approve > 0) metrics.add('decisions', counts.approve, { door, outcome: 'approve' });
  if (counts.hold > 0) metrics.add('decisions', counts.hold, { door, outcome: 'hold' });
  if (counts.late > 0) metrics.add('late', counts.late, { door });
  if (counts.unexplained > 0) metrics.add('unexplained', counts.unexplained, { door });
  if (counts.duplicate > 0) metrics.add('duplicates', counts.duplicate, { door });
  for (const { what, matched, count } of recorded.values()) {
    metrics.add('recorded', count, { door, what, matched: matched ? 'yes' : 'no' });
  }
  for (const [reason, count] of rejected) metrics.add('rejected', count, { door, reason });
}

/** Notes where the time of a committed batch went. */
export function recordStages(metrics: Metrics, door: Door, { state, features, model, commit }: StageTimings): void {
  metrics.record('stageSeconds', state / 1_000, { door, stage: 'load' });
  metrics.record('stageSeconds', features / 1_000, { door, stage: 'features' });
  metrics.record('stageSeconds', model / 1_000, { door, stage: 'model' });
  metrics.record('stageSeconds', commit / 1_000, { door, stage: 'commit' });
}

const REFUSALS = ['closed', 'gap', 'stale', 'conflict', 'full', 'damaged'] as const;

/** Counts a commit attempt that wrote nothing, by what the store said; anything else it was refused for counts as `unknown`. */
export function countRefusal(metrics: Metrics, door: Door, reason: string): void {
  const status = REFUSALS.find((known) => known === reason) ?? 'unknown';
  metrics.add('commits', 1, { door, status });
}
