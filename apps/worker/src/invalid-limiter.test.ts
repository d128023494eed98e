import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Excess, INVALID_ALLOWED, InvalidLimiter } from './invalid-limiter.ts';

const limits = { invalidPercent: 10, invalidWindowRecords: 1_000 };
const batch = (invalid: number, valid: number): boolean[] =>
  Array.from({ length: invalid + valid }, (_, i) => i < invalid);

describe('the limit of invalid records', () => {
  it('stands a few percent of poison for ever', () => {
    const limiter = new InvalidLimiter(limits);
    for (let i = 0; i < 1_000; i++) expect(limiter.take(batch(3, 57))).toBeNull();
  });

  it('is passed when more than a tenth of the last thousand is invalid, however the thousands before were', () => {
    const limiter = new InvalidLimiter(limits);
    for (let i = 0; i < 100; i++) expect(limiter.take(batch(0, 100))).toBeNull();
    expect(limiter.take(batch(100, 0))).toBeNull();
    expect(limiter.take(batch(1, 0))).toEqual({ invalid: 101, of: 1_000 });
  });

  it('allows a hundred, however few the records are', () => {
    const limiter = new InvalidLimiter(limits);
    expect(limiter.take(batch(INVALID_ALLOWED - 1, 0))).toBeNull();
    expect(limiter.take(batch(1, 0))).toEqual({ invalid: 100, of: 100 });
  });

  it('takes in nothing of what is too much, so that the same is judged alike again', () => {
    const limiter = new InvalidLimiter(limits);
    limiter.take(batch(90, 10));
    expect(limiter.take(batch(20, 0))).not.toBeNull();
    expect(limiter.take(batch(20, 0))).not.toBeNull();
    expect(limiter.take(batch(0, 1_000))).toBeNull();
    expect(limiter.take(batch(20, 0))).toBeNull();
  });

  it('never is at 100 percent', () => {
    const limiter = new InvalidLimiter({ ...limits, invalidPercent: 100 });
    for (let i = 0; i < 100; i++) expect(limiter.take(batch(100, 0))).toBeNull();
  });

  it('judges as the definition does, at any size of batch', () => {
    const records = fc.array(fc.boolean(), { maxLength: 1_500 });
    fc.assert(
      fc.property(records, fc.integer({ min: 1, max: 128 }), fc.integer({ min: 5, max: 60 }), (all, size, percent) => {
        const limiter = new InvalidLimiter({ invalidPercent: percent, invalidWindowRecords: 300 });
        const taken: boolean[] = [];
        for (let at = 0; at < all.length; at += size) {
          const next = all.slice(at, at + size);
          const expected = firstExcess(taken, next, percent);
          expect(limiter.take(next)).toEqual(expected);
          if (expected === null) taken.push(...next);
        }
      }),
    );
  });
});

function firstExcess(taken: readonly boolean[], next: readonly boolean[], percent: number): Excess | null {
  for (let i = 1; i <= next.length; i++) {
    const last = [...taken, ...next.slice(0, i)].slice(-300);
    const invalid = last.filter(Boolean).length;
    if (invalid >= 100 && invalid / last.length > percent / 100) return { invalid, of: last.length };
  }
  return null;
}
