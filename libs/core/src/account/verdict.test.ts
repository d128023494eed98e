import { describe, expect, it } from 'vitest';
import { packVerdict, unpackVerdict } from './verdict.ts';

describe('a packed verdict', () => {
  it('gives back every outcome, score and currency flag, and leaves the three high bits free', () => {
    const seen = new Set<number>();
    for (const outcome of ['approve', 'hold'] as const) {
      for (const otherCurrency of [false, true]) {
        for (const riskScore of [null, ...Array.from({ length: 1001 }, (_, score) => score)]) {
          const packed = packVerdict({ outcome, riskScore, otherCurrency });
          expect(unpackVerdict(packed)).toEqual({ outcome, riskScore, otherCurrency });
          expect(packed).toBeLessThan(2 ** 13);
          seen.add(packed);
        }
      }
    }
    expect(seen.size).toBe(4 * 1002);
  });

  it('is not made of a score outside 0 to 1000', () => {
    for (const riskScore of [-1, 1001, 0.5, NaN]) {
      expect(() => packVerdict({ outcome: 'hold', riskScore, otherCurrency: false })).toThrow('risk score');
    }
  });
});
