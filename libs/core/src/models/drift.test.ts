import { describe, expect, test } from 'vitest';
import fc from 'fast-check';
import type { Decision } from '../decision.ts';
import { DriftCounts } from './drift.ts';
import { DriftWatch } from './drift-watch.ts';
import { binOf, type ModelReference } from './model-reference.ts';

/** One input that lies evenly in (0, 1], a tenth of it missing; scores evenly in (0, 1]. */
const reference: ModelReference = {
  rows: 10_000,
  features: [{ edges: [0.25, 0.5, 0.75], counts: [2_250, 2_250, 2_250, 2_250], missing: 1_000 }],
  score: { edges: [0.5], counts: [5_000, 5_000], missing: 0 },
};

describe('a bin', () => {
  test('is the first whose edge is not below the value', () => {
    const edges = fc.uniqueArray(fc.integer({ min: -20, max: 20 }), { maxLength: 10 }).map((all) => all.toSorted((a, b) => a - b)); // prettier-ignore
    fc.assert(
      fc.property(edges, fc.integer({ min: -25, max: 25 }), (rising, value) => {
        const slow = rising.findIndex((edge) => value <= edge);
        expect(binOf(rising, value)).toBe(slow === -1 ? rising.length : slow);
        expect(binOf(rising, Number.NaN)).toBe(rising.length + 1);
      }),
    );
  });
});

describe('drift', () => {
  test('is none where values lie as they did, whatever chance does to a few of them', () => {
    const many = counted(5_000, (n) => (n % 10 === 0 ? Number.NaN : ((n * 7_919) % 5_000) / 5_000 + 1e-9));
    expect(many.drift().features[0]?.psi).toBeLessThan(0.01);
    expect(many.drift().features[0]).toMatchObject({ hasMoved: false, missingShareThen: 0.1, missingShare: 0.1 });
    // Ten values cannot lie as ten thousand did; that is no drift.
    const few = counted(10, () => 0.1);
    expect(few.drift().features[0]?.psi).toBeGreaterThan(0.25);
    expect(few.drift().features[0]?.noise).toBeGreaterThan(1);
  });

  test('is found where they moved, and where they are missing', () => {
    expect(counted(5_000, () => 0.9).drift().features[0]?.hasMoved).toBe(true);
    const missing = counted(5_000, (n) => (n % 2 === 0 ? Number.NaN : n / 5_000));
    expect(missing.drift().features[0]).toMatchObject({ hasMoved: true, missingShare: 0.5 });
    expect(counted(5_000, () => 0.9, 0.2).drift().score.hasMoved).toBe(true);
  });

  test('is nothing that could be told of no decision', () => {
    expect(new DriftCounts(reference).drift().features[0]).toMatchObject({ psi: Number.NaN, hasMoved: false });
  });
});

test('a watch shows the last full window of its own model', () => {
  const watch = new DriftWatch({ sha256: 'ours', reference }, { windowDecisions: 100 });
  const offer = (count: number, value: number, sha256 = 'ours', width = 1): void => {
    const decision = { model: { id: 'm', version: '1', sha256 }, probability: 0.5, vector: new Float32Array(width).fill(value) }; // prettier-ignore
    for (let n = 0; n < count; n += 1) watch.offer(decision as unknown as Decision);
  };
  offer(99, 0.9);
  offer(500, 0.9, 'theirs');
  offer(500, 0.9, 'ours', 2);
  expect(watch.last).toBeNull();
  offer(1, 0.9);
  expect(watch.last?.rows).toBe(100);
  const first = watch.last;
  offer(150, 0.1);
  expect(watch.last).not.toBe(first);
  expect(watch.last?.rows).toBe(100);
});

function counted(rows: number, valueOf: (n: number) => number, score?: number): DriftCounts {
  const counts = new DriftCounts(reference);
  for (let n = 0; n < rows; n += 1) counts.add(Float32Array.of(valueOf(n)), score ?? (n + 0.5) / rows);
  return counts;
}
