import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { TransientFault, type Model } from '#libs/core';
import { shareRuns } from './shared-runs.ts';

/** A model of two inputs whose answer is their sum; notes how many rows each run has. */
function counted(maxRows = 4) {
  const runs: number[] = [];
  const faults: TransientFault[] = [];
  const model: Model = {
    identity: { id: 'sum', version: '1', sha256: '' },
    featureSet: 'two',
    score: async (vectors, rows) => {
      runs.push(rows);
      await turn();
      const fault = faults.shift();
      if (fault !== undefined) throw fault;
      return Float32Array.from({ length: rows }, (_, row) => (vectors[2 * row] ?? 0) + (vectors[2 * row + 1] ?? 0));
    },
    explain: async () => null,
  };
  const shared = shareRuns(model, maxRows);
  const score = async (...values: number[]) => [...(await shared.score(Float32Array.from(values), values.length / 2))];
  return { shared, score, runs, faults };
}

describe('shareRuns', () => {
  it('runs calls of one turn together and gives each its own rows', async () => {
    const { score, runs } = counted();
    expect(await Promise.all([score(1, 2), score(3, 4, 5, 6), score(7, 8)])).toEqual([[3], [7, 11], [15]]);
    expect(runs).toEqual([4]);
  });

  it('runs calls that come during a run together after it', async () => {
    const { score, runs } = counted();
    const first = score(1, 1);
    await Promise.resolve();
    await Promise.resolve();
    expect(await Promise.all([first, score(2, 2), score(3, 3)])).toEqual([[2], [4], [6]]);
    expect(runs).toEqual([1, 2]);
  });

  it('keeps to its limit, in order, and takes a larger call alone', async () => {
    const { score, runs } = counted(3);
    const five = Array.from({ length: 10 }, () => 1);
    const results = await Promise.all([score(1, 1), score(1, 1, 1, 1), score(...five), score(2, 2)]);
    expect(results).toEqual([[2], [2, 2], [2, 2, 2, 2, 2], [4]]);
    expect(runs).toEqual([3, 5, 1]);
  });

  it('tells a fault to everybody in the run and goes on', async () => {
    const { score, runs, faults } = counted();
    faults.push(new TransientFault('model_failed', 'no'));
    const failed = await Promise.allSettled([score(1, 1), score(2, 2)]);
    expect(failed.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(await score(3, 3)).toEqual([6]);
    expect(runs).toEqual([2, 1]);
  });

  it('is the same model to those who ask', () => {
    expect(counted().shared).toMatchObject({ identity: { id: 'sum' }, featureSet: 'two' });
  });
});
