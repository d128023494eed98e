import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { selectRank } from './order-statistics.ts';

describe('selecting a rank', () => {
  it('puts the value there that sorting would, with none greater before it and none smaller after', () => {
    const lists = fc.array(fc.oneof(fc.nat(5), fc.nat(10 ** 12)), { minLength: 1, maxLength: 200, size: 'max' });
    fc.assert(
      fc.property(lists, fc.nat(), (list, at) => {
        const rank = at % list.length;
        const values = Float64Array.from([...list, -1]);
        selectRank(values, list.length, rank);
        const sorted = list.toSorted((a, b) => a - b);
        expect([...values.slice(0, rank).sort()]).toEqual(sorted.slice(0, rank));
        expect(values[rank]).toBe(sorted[rank]);
        expect(values.at(-1)).toBe(-1);
      }),
    );
  });
});
