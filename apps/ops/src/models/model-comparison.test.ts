import { describe, expect, it } from 'vitest';
import { DEFAULT_POLICY } from '#libs/core';
import { checkLimits } from './comparison-limits.ts';
import { type ComparedDecision, compareModels } from './model-comparison.ts';

const row = (n: number, champion: number, challenger: number, isFraud: boolean | null = false): ComparedDecision => ({
  accountId: `a${n}`,
  transactionId: `t${n}`,
  amountMinor: 10_000,
  currency: n % 2 === 0 ? 'EUR' : 'JPY',
  champion,
  challenger,
  isFraud,
});
const brokenBy = (rows: readonly ComparedDecision[]): string[] =>
  checkLimits(compareModels(rows, DEFAULT_POLICY))
    .filter(({ isKept }) => !isKept)
    .map(({ name }) => name);

describe('two models, compared', () => {
  it('flip decisions in four ways, hold values, and are measured with equally many holds', () => {
    const rows = [
      row(1, 0.9, 0.9, true),
      row(2, 0.9, 0.01),
      row(3, 0.01, 0.9, true),
      row(4, 0.01, 0.02),
      row(5, 0.02, 0.8),
    ];
    const { flips, policy, equalBudget } = compareModels(rows, DEFAULT_POLICY);
    expect(flips).toEqual({ bothHold: 1, championOnly: 1, challengerOnly: 2, neither: 1 });
    expect(policy.champion).toEqual({ holds: 2, heldMinor: { EUR: 10_000, JPY: 10_000 }, frauds: 1 });
    expect(policy.challenger).toEqual({ holds: 3, heldMinor: { JPY: 30_000 }, frauds: 2 });
    expect(equalBudget).toMatchObject({ holds: 2, inCommon: 1, challenger: { holds: 2, frauds: 2 } });
  });

  it('show where they differ most, in both directions', () => {
    const rows = Array.from({ length: 50 }, (_, n) => row(n, n / 50, 1 - n / 50));
    const { disagreements } = compareModels(rows, DEFAULT_POLICY);
    expect(disagreements).toHaveLength(20);
    expect([disagreements[0]?.transactionId, disagreements[10]?.transactionId]).toEqual(['t0', 't49']);
    expect(compareModels([], DEFAULT_POLICY).disagreements).toEqual([]);
  });
});

describe('the limits', () => {
  const good = Array.from({ length: 2_000 }, (_, n) => {
    const isFraud = n % 40 === 0;
    const score = isFraud ? 0.5 + (n % 7) / 20 : (n % 97) / 400;
    return row(n, score, score, isFraud);
  });

  it('are kept by a model that is the same', () => {
    expect(brokenBy(good)).toEqual([]);
  });

  it.each([
    [
      ['average_precision', 'recall_within_budget'],
      good.map((one, n) => ({ ...one, challenger: good[(n + 7) % good.length]?.champion ?? 0 })),
    ],
    [['finite'], good.map((one, n) => (n === 1 ? { ...one, challenger: Number.NaN } : one))],
    [['score_psi', 'holds'], good.map((one) => ({ ...one, challenger: one.champion / 50 }))],
    [['decisions', 'labels'], good.slice(0, 900)],
    [['labels'], good.map((one) => ({ ...one, isFraud: null }))],
  ])('%j break when they should', (broken, rows) => {
    expect(brokenBy(rows)).toEqual(broken);
  });
});
