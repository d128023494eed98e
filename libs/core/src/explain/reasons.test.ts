import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FEATURES, FEATURE_INDEX, type FeatureName } from '../features/manifest.ts';
import { REASON_FAMILIES } from './reason-families.ts';
import { MOST_REASONS, reasonsOf } from './reasons.ts';

describe('the reasons of a hold', () => {
  it('speak of every input of the manifest once', () => {
    const named = REASON_FAMILIES.flatMap(({ features }) => features);
    expect(named.toSorted()).toEqual(FEATURES.map(({ name }) => name).toSorted());
    expect(new Set(REASON_FAMILIES.map(({ code }) => code)).size).toBe(REASON_FAMILIES.length);
  });

  it('are the families that raised the score, greatest first, at most four', () => {
    const parts = fc.array(fc.float({ min: -3, max: 3, noNaN: true }), {
      minLength: FEATURES.length,
      maxLength: FEATURES.length,
    });
    fc.assert(
      fc.property(parts, parts, (contributions, vector) => {
        const reasons = reasonsOf(explanation(contributions), Float32Array.from(vector));
        const amounts = reasons.map(({ contribution }) => contribution ?? NaN);
        expect(amounts).toEqual(amounts.toSorted((a, b) => b - a));
        expect(amounts.every((amount) => amount > 0)).toBe(true);
        expect(reasons.length).toBeLessThanOrEqual(MOST_REASONS);
        const sums = REASON_FAMILIES.map(({ features }) =>
          features.reduce((sum, name) => sum + (contributions[FEATURE_INDEX[name]] ?? NaN), 0),
        );
        const greatest = sums.filter((sum) => sum > 0.001).toSorted((a, b) => b - a);
        for (const [i, sum] of greatest.slice(0, MOST_REASONS).entries()) expect(amounts[i]).toBeCloseTo(sum, 2);
      }),
    );
  });

  it('add up within a family, so that what speaks for a transaction weighs against what speaks against it', () => {
    const opposed = contributionsOf({ acct_cnt_1h: 1.5, acct_cnt_24h: -1.5, log_amount: 0.25 });
    expect(reasonsOf(explanation(opposed), new Float32Array(FEATURES.length))).toEqual([
      {
        code: 'AMOUNT_UNUSUAL',
        text: "Amount is 0.0 times this account's usual",
        contribution: 0.25,
        source: 'model',
      },
    ]);
  });

  it('have a text whatever the inputs are', () => {
    const odd = fc.constantFrom(NaN, 0, 1, 7, 1e6);
    const vector = fc.array(odd, { minLength: FEATURES.length, maxLength: FEATURES.length });
    fc.assert(
      fc.property(vector, (values) => {
        const input = (name: FeatureName): number => values[FEATURE_INDEX[name]] as number;
        for (const { analystText, customerText } of REASON_FAMILIES) {
          expect(analystText(input)).toMatch(/^\S.{10,}/);
          expect(customerText).not.toMatch(/\d/);
        }
      }),
    );
  });
});

function explanation(contributions: readonly number[]): { bias: number; contributions: Float32Array } {
  return { bias: -4, contributions: Float32Array.from(contributions) };
}

function contributionsOf(values: Partial<Record<FeatureName, number>>): number[] {
  return FEATURES.map(({ name }) => values[name as FeatureName] ?? 0);
}
