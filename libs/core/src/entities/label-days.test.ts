import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  countsOf,
  DAY_WIDTH,
  dayOf,
  emptyLabelDays,
  withCounts,
  withoutExpiredDays,
  type DayCounts,
} from './label-days.ts';

const counts = fc.record({ transactions: fc.nat(1), genuine: fc.nat(1), frauds: fc.nat(1) });
const changes = fc.array(fc.record({ day: fc.integer({ min: -3, max: 8 }), counts, isTakenBack: fc.boolean() }), {
  maxLength: 20,
});

function sum(list: readonly DayCounts[]): DayCounts {
  return list.reduce(
    (total, one) => ({
      transactions: total.transactions + one.transactions,
      genuine: total.genuine + one.genuine,
      frauds: total.frauds + one.frauds,
    }),
    { transactions: 0, genuine: 0, frauds: 0 },
  );
}

describe('counts by day', () => {
  it('are sums of what came to each day, less what was taken back, and forget days without anything', () => {
    const window = fc.record({ afterDay: fc.integer({ min: -4, max: 8 }), lastDay: fc.integer({ min: -4, max: 9 }) });
    fc.assert(
      fc.property(changes, fc.integer({ min: -4, max: 9 }), window, (list, untilDay, asked) => {
        let known = emptyLabelDays();
        const remaining: { day: number; counts: DayCounts }[] = [];
        for (const change of list) {
          known = withCounts(known, change.day, change.counts, -4);
          if (!change.isTakenBack) remaining.push(change);
          const { transactions, genuine, frauds } = change.counts;
          const back = { transactions: -transactions, genuine: -genuine, frauds: -frauds };
          if (change.isTakenBack) known = withCounts(known, change.day, back, -4);
        }
        known = withoutExpiredDays(known, untilDay);
        const kept = remaining.filter(({ day }) => day > untilDay);
        const inWindow = kept.filter(({ day }) => day > asked.afterDay && day <= asked.lastDay);
        expect(countsOf(known, asked)).toEqual(sum(inWindow.map((one) => one.counts)));
        const days = kept.filter((one) => Object.values(one.counts).some((count) => count !== 0)).map(({ day }) => day);
        expect([...known].filter((_, i) => i % DAY_WIDTH === 0)).toEqual([...new Set(days)].sort((a, b) => a - b));
      }),
      { numRuns: 500 },
    );
  });

  it('begin at midnight in UTC', () => {
    expect(dayOf(Date.UTC(2026, 0, 2) - 1)).toBe(dayOf(Date.UTC(2026, 0, 1)));
    expect(dayOf(Date.UTC(2026, 0, 2))).toBe(dayOf(Date.UTC(2026, 0, 1)) + 1);
    expect(dayOf(-1)).toBe(-1);
  });
});
