import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DAY_MS } from '../time.ts';
import { emptyProfile, foldAmount, type DecayedProfile } from './decayed-profile.ts';

const T = Date.UTC(2026, 0, 1);
const folds = fc.array(
  fc.record({ amountMinor: fc.integer({ min: 0, max: 10 ** 6 }), ageMs: fc.integer({ min: 0, max: 200 * DAY_MS }) }),
  { minLength: 1, maxLength: 40 },
);

function fold(list: readonly { amountMinor: number; ageMs: number }[]): DecayedProfile {
  return list.reduce((profile, { amountMinor, ageMs }) => foldAmount(profile, amountMinor, T - ageMs), emptyProfile());
}

describe('the decayed profile', () => {
  it('is the weighted mean and variance, each amount’s weight halving in 30 days, in any order', () => {
    fc.assert(
      fc.property(folds, (list) => {
        const { folded, weight, mean, squares, atMs } = fold(list);
        const newest = Math.min(...list.map(({ ageMs }) => ageMs));
        const weights = list.map(({ ageMs }) => 2 ** (-(ageMs - newest) / (30 * DAY_MS)));
        const total = weights.reduce((a, b) => a + b, 0);
        const expected = list.reduce((sum, { amountMinor }, i) => sum + amountMinor * weights[i]!, 0) / total;
        const spread = list.reduce((sum, { amountMinor }, i) => sum + weights[i]! * (amountMinor - expected) ** 2, 0);
        expect(folded).toBe(list.length);
        expect(atMs).toBe(T - newest);
        expect(weight / total).toBeCloseTo(1, 9);
        expect(mean / 10 ** 6).toBeCloseTo(expected / 10 ** 6, 9);
        expect(squares / 10 ** 12).toBeCloseTo(spread / 10 ** 12, 9);
      }),
    );
  });

  it('has exactly no spread while all amounts are equal', () => {
    const ages = fc.array(fc.integer({ min: 0, max: 200 * DAY_MS }), { minLength: 1 });
    fc.assert(
      fc.property(ages, fc.integer({ min: 0, max: 10 ** 12 }), (list, amountMinor) => {
        const { mean, squares } = fold(list.map((ageMs) => ({ ageMs, amountMinor })));
        expect({ mean, squares }).toEqual({ mean: amountMinor, squares: 0 });
      }),
    );
  });
});
