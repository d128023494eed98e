import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Latencies, RecentLatencies } from './latencies.ts';

const latencies = fc.array(fc.double({ min: 0.02, max: 60_000, noNaN: true }), { minLength: 1, maxLength: 300 });

function exactQuantile(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.ceil(values.length * share) - 1] ?? 0;
}

test('quantiles of any number of latencies are within 1 % of the exact ones, and rounded to 10 us', () => {
  fc.assert(
    fc.property(latencies, (values) => {
      const all = new Latencies();
      for (const value of values) all.add(value);
      const { p50, p99, max, count } = all.quantiles;
      expect(count).toBe(values.length);
      expect(Math.abs(p50 - exactQuantile(values, 0.5))).toBeLessThanOrEqual(
        exactQuantile(values, 0.5) * 0.0101 + 0.011,
      );
      expect(Math.abs(p99 - exactQuantile(values, 0.99))).toBeLessThanOrEqual(
        exactQuantile(values, 0.99) * 0.0101 + 0.011,
      );
      expect(max).toBeCloseTo(Math.max(...values), 1);
    }),
  );
});

test('nothing added gives zeros', () => {
  expect(new Latencies().quantiles).toEqual({ count: 0, p50: 0, p99: 0, max: 0 });
});

test('only the last seconds count as recent', () => {
  const recent = new RecentLatencies(10_000);
  recent.add(1_000, 500);
  recent.add(9_000, 3);
  recent.add(9_500, 5);
  expect(recent.quantilesAt(10_500)).toEqual({ count: 3, p50: 5, p99: 500, max: 500 });
  expect(recent.quantilesAt(11_500)).toEqual({ count: 2, p50: 3, p99: 5, max: 5 });
});
