import { describe, expect, it } from 'vitest';
import type { Decision, ItemResult, Transaction } from '#libs/core';
import { countResults, recordStages } from './count-results.ts';
import type { Metrics } from './metrics.ts';

/** Every call as one line. */
function spiedMetrics() {
  const calls: string[] = [];
  const note = (name: string, value: number, labels: object) =>
    void calls.push(`${name} ${value} ${Object.values(labels).join(' ')}`);
  const metrics = { add: note, record: note, observe: () => () => {} } as unknown as Metrics;
  return { metrics, calls };
}

const transaction = {} as Transaction;
const first = { outcome: 'approve', riskScore: 1, seq: 1 } as const;
const decided = (outcome: 'approve' | 'hold', late = false): ItemResult => ({
  kind: 'decided',
  decision: { outcome, late } as Decision,
  seq: 1,
});

describe('countResults', () => {
  it('adds each metric once a batch', () => {
    const { metrics, calls } = spiedMetrics();
    countResults(metrics, 'kafka', [
      decided('approve'),
      decided('approve', true),
      decided('hold'),
      { kind: 'duplicate', transaction, first },
      { kind: 'conflict', transaction, first },
      { kind: 'too_late', transaction },
      { kind: 'too_late', transaction },
      { kind: 'invalid', reason: 'malformed' },
      { kind: 'forwarded' },
      { kind: 'skipped' },
    ]);
    expect(calls.toSorted()).toEqual([
      'decisions 1 kafka hold',
      'decisions 2 kafka approve',
      'duplicates 1 kafka',
      'late 1 kafka',
      'rejected 1 kafka identity_conflict',
      'rejected 1 kafka malformed',
      'rejected 2 kafka too_late',
    ]);
  });

  it('touches nothing for an empty batch', () => {
    const { metrics, calls } = spiedMetrics();
    countResults(metrics, 'http', []);
    expect(calls).toEqual([]);
  });
});

describe('recordStages', () => {
  it('notes seconds', () => {
    const { metrics, calls } = spiedMetrics();
    recordStages(metrics, 'http', { state: 1, features: 2, model: 3, commit: 4 });
    expect(calls).toEqual([
      'stageSeconds 0.001 http load',
      'stageSeconds 0.002 http features',
      'stageSeconds 0.003 http model',
      'stageSeconds 0.004 http commit',
    ]);
  });
});
