import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Identity } from '#libs/core';
import { NegativeSampling } from './negative-sampling.ts';

const identities = Array.from({ length: 20_000 }, (_, i): Identity => {
  return { accountId: `a${i % 500}`, transactionId: `t${i}`, eventType: 'authorization' };
});
const keptBy = (sampling: NegativeSampling): Set<Identity> => new Set(identities.filter((one) => sampling.keeps(one)));
const seeds = fc.integer({ min: 0 });
const rates = fc.double({ min: 0.01, max: 1, noNaN: true });

describe('the sampling of genuine transactions', () => {
  it('keeps the share that is asked for, under every seed', () => {
    fc.assert(
      fc.property(seeds, rates, (seed, rate) => {
        const kept = keptBy(new NegativeSampling(seed, rate)).size;
        // Six standard deviations: once in 10^9 runs by chance.
        const slack = 6 * Math.sqrt(identities.length * rate * (1 - rate)) + 1e-9;
        expect(Math.abs(kept - rate * identities.length)).toBeLessThanOrEqual(slack);
      }),
      { numRuns: 20 },
    );
  });

  it('keeps at a higher rate all that it keeps at a lower one, and all at 1', () => {
    fc.assert(
      fc.property(seeds, rates, rates, (seed, one, other) => {
        const few = keptBy(new NegativeSampling(seed, Math.min(one, other)));
        const more = keptBy(new NegativeSampling(seed, Math.max(one, other)));
        expect([...few].every((identity) => more.has(identity))).toBe(true);
      }),
      { numRuns: 20 },
    );
    expect(keptBy(new NegativeSampling(1, 1)).size).toBe(identities.length);
  });

  it('keeps others under another seed', () => {
    const others = keptBy(new NegativeSampling(2, 0.5));
    const both = [...keptBy(new NegativeSampling(1, 0.5))].filter((identity) => others.has(identity));
    expect(both.length / identities.length).toBeCloseTo(0.25, 1);
  });
});
