import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import {
  averagePrecision,
  fallingOrder,
  type Difference,
  type Measure,
  type PairedScores,
  pairedDifferences,
  recallWithin,
} from './paired-bootstrap.ts';

const rowsOf = fc.array(fc.record({ score: fc.integer({ min: 0, max: 5 }), fraud: fc.boolean() }), { maxLength: 30 });

function measured(rows: readonly { score: number; fraud: boolean }[], measure: Measure): number {
  const scores = Float64Array.from(rows, ({ score }) => score);
  const frauds = Uint8Array.from(rows, ({ fraud }) => (fraud ? 1 : 0));
  return measure({ order: fallingOrder(scores), scores, frauds }, new Uint8Array(rows.length).fill(1));
}

function pairedDifference(scores: PairedScores, measure: Measure): Difference {
  return pairedDifferences(scores, { measure }).measure;
}

describe('average precision', () => {
  it('is, over the frauds, the mean precision at their scores', () => {
    fc.assert(
      fc.property(rowsOf, (rows) => {
        const frauds = rows.filter(({ fraud }) => fraud);
        const precisionAt = (score: number): number => {
          const above = rows.filter((row) => row.score >= score);
          return above.filter(({ fraud }) => fraud).length / above.length;
        };
        const expected = frauds.reduce((sum, { score }) => sum + precisionAt(score), 0) / Math.max(1, frauds.length);
        expect(measured(rows, averagePrecision)).toBeCloseTo(expected, 10);
      }),
    );
  });
});

describe('recall within a budget', () => {
  it('counts the frauds among the highest scores', () => {
    const rows = [5, 4, 3, 2].map((score, at) => ({ score, fraud: at !== 1 }));
    expect([0, 1, 2, 3, 9].map((budget) => measured(rows, recallWithin(budget)))).toEqual([0, 1 / 3, 1 / 3, 2 / 3, 1]);
  });
});

describe('a paired difference', () => {
  const frauds = Uint8Array.from({ length: 2_000 }, (_, row) => (row % 20 === 0 ? 1 : 0));
  const noise = (row: number): number => ((row * 7_919) % 1_000) / 1_000;
  const blind = Float64Array.from(frauds, (_, row) => noise(row));
  const seeing = Float64Array.from(frauds, (fraud, row) => noise(row) + 0.5 * fraud);

  it('of a model and itself is nothing', () => {
    expect(pairedDifference({ champion: blind, challenger: blind, frauds }, averagePrecision)).toEqual({ difference: 0, low: 0, high: 0 }); // prettier-ignore
  });

  it('is surely above 0 for a better model, surely below for a worse one, and the same each time', () => {
    const better = pairedDifference({ champion: blind, challenger: seeing, frauds }, averagePrecision);
    expect(better.low).toBeGreaterThan(0);
    expect(better.difference).toBeGreaterThan(better.low);
    expect(better.high).toBeGreaterThan(better.difference);
    const worse = pairedDifference({ champion: seeing, challenger: blind, frauds }, recallWithin(100));
    expect(worse.high).toBeLessThan(0);
    expect(pairedDifference({ champion: blind, challenger: seeing, frauds }, averagePrecision)).toEqual(better);
    const both = { recall: recallWithin(100), better: averagePrecision };
    expect(pairedDifferences({ champion: blind, challenger: seeing, frauds }, both).better).toEqual(better);
  });
});
