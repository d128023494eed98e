import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decide, DEFAULT_POLICY, riskLevelOf, riskScoreOf } from './policy.ts';
import { HOUR_MS } from './time.ts';

const rule = (probability: number | null, amountMinor: number, currency = 'EUR'): ReturnType<typeof decide> =>
  decide({ probability, amountMinor, currency }, DEFAULT_POLICY);

describe('the default policy', () => {
  it('holds exactly when that is expected to cost less', () => {
    const probability = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(probability, fc.integer({ min: 0, max: 10 ** 12 }), (p, amount) => {
        const holds = p * (amount + 2500) > (1 - p) * (500 + 0.02 * amount) + 300;
        expect(rule(p, amount).outcome).toBe(holds ? 'hold' : 'approve');
      }),
    );
  });

  it('approves when both cost the same', () => {
    const costs = { fraudFeeMinor: 0, falseHoldMinor: 0, falseHoldShare: 0, reviewMinor: 50 };
    const asked = { probability: 0.5, amountMinor: 100, currency: 'EUR' };
    expect(decide(asked, { ...DEFAULT_POLICY, costs }).outcome).toBe('approve');
    expect(decide({ ...asked, amountMinor: 101 }, { ...DEFAULT_POLICY, costs }).outcome).toBe('hold');
  });

  it('approves only a number from 0 to 1: nothing else lets a transaction through', () => {
    for (const probability of [null, NaN, Infinity, -Infinity, -0.01, 1.01]) {
      expect(rule(probability, 0)).toEqual({
        outcome: 'hold',
        riskScore: null,
        riskLevel: 'not_assessed',
        reasons: [expect.objectContaining({ code: 'MODEL_UNAVAILABLE', source: 'policy' })],
        holdMs: 72 * HOUR_MS,
      });
    }
  });

  it('gives a hold at least one reason and 72 hours, an approval neither', () => {
    expect(rule(0.9, 12_999)).toMatchObject({ outcome: 'hold', riskLevel: 'highest', holdMs: 72 * HOUR_MS });
    expect(rule(0.9, 12_999).reasons.map(({ code }) => code)).toEqual(['MODEL_SCORE']);
    expect(rule(0.001, 12_999)).toEqual({
      outcome: 'approve',
      riskScore: 9,
      riskLevel: 'low',
      reasons: [],
      holdMs: 0,
    });
  });

  it('takes the costs of the currency where the policy has them', () => {
    const yen = { ...DEFAULT_POLICY.costs, fraudFeeMinor: 0, reviewMinor: 10 ** 9 };
    const policy = { ...DEFAULT_POLICY, costsByCurrency: { JPY: yen } };
    expect(decide({ probability: 0.9, amountMinor: 1000, currency: 'JPY' }, policy).outcome).toBe('approve');
    expect(decide({ probability: 0.9, amountMinor: 1000, currency: 'EUR' }, policy).outcome).toBe('hold');
  });
});

describe('the risk score', () => {
  it('is 700 at even odds, 100 points a factor e, clamped to 0..1000', () => {
    expect(riskScoreOf(0.5)).toBe(700);
    expect(riskScoreOf(0.31)).toBe(620);
    expect(riskScoreOf(Math.E / (1 + Math.E))).toBe(800);
    expect([0, 1, 5e-324, 1 - 2 ** -53].map(riskScoreOf)).toEqual([0, 1000, 0, 1000]);
  });

  it('is an integer from 0 to 1000 that rises with the probability', () => {
    const probability = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(probability, probability, (a, b) => {
        const [low, high] = [riskScoreOf(Math.min(a, b)), riskScoreOf(Math.max(a, b))];
        expect(low).toBeLessThanOrEqual(high);
        for (const score of [low, high]) expect(Number.isInteger(score) && score >= 0 && score <= 1000).toBe(true);
        expect(Object.is(low, -0)).toBe(false);
      }),
    );
  });

  it('has four levels', () => {
    const levels = [0, 199, 200, 479, 480, 699, 700, 1000, null].map(riskLevelOf);
    expect(levels.join(' ')).toBe('low low normal normal elevated elevated highest highest not_assessed');
  });
});
