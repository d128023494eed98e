import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RankedAmounts } from './ranked-amounts.ts';

describe('amounts by rank', () => {
  const amount = fc.oneof(fc.nat(3), fc.integer({ min: 1000, max: 1100 }), fc.nat(10 ** 12));
  const lists = fc.array(amount, { minLength: 1, maxLength: 700, size: 'max' });
  const ranked = new RankedAmounts();
  const take = (amounts: readonly number[]): void => {
    ranked.room(amounts.length).set(amounts);
    ranked.take(amounts.length);
  };

  it('are where sorting would put them', () => {
    fc.assert(
      fc.property(lists, fc.nat(), (amounts, at) => {
        take(amounts);
        const rank = at % amounts.length;
        expect(ranked.at(rank)).toBe(amounts.toSorted((a, b) => a - b)[rank]);
      }),
    );
  });

  it('are summed from the lowest on', () => {
    fc.assert(
      fc.property(lists, fc.nat(), (amounts, most) => {
        take(amounts);
        const kept = 1 + (most % amounts.length);
        const lowest = amounts.toSorted((a, b) => a - b).slice(0, kept);
        expect(ranked.sumOfLowest(kept)).toBe(lowest.reduce((sum, one) => sum + one, 0));
      }),
    );
  });
});
