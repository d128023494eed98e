import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DistinctCounter } from './distinct-counter.ts';

describe('a counter of different values', () => {
  it('counts as a set does, round after round, whatever was counted before', () => {
    const counter = new DistinctCounter();
    const values = fc.oneof(
      fc.nat(9),
      fc.integer({ min: 0, max: 2 ** 32 - 1 }),
      fc.nat(9).map((i) => i * 2 ** 26),
    );
    const rounds = fc.array(fc.array(values, { maxLength: 200, size: 'max' }), { maxLength: 5 });
    fc.assert(
      fc.property(rounds, (lists) => {
        for (const list of lists) {
          counter.clear(list.length);
          for (const value of list) counter.add(value);
          expect(counter.count).toBe(new Set(list.filter((value) => value !== 0)).size);
        }
      }),
    );
  });
});
