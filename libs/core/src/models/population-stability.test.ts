import { expect, test } from 'vitest';
import { populationStability, stabilityOf } from './population-stability.ts';

const ramp = (count: number, shift = 0): Float64Array =>
  Float64Array.from({ length: count }, (_, i) => i / count + shift);

test('the index is that of its definition', () => {
  const expected = (0.6 - 0.5) * Math.log(0.6 / 0.5) + (0.4 - 0.5) * Math.log(0.4 / 0.5);
  expect(populationStability([50, 50], [60, 40])).toBeCloseTo(expected, 12);
  expect(populationStability([1, 1], [500, 500])).toBe(0);
  expect(populationStability([0, 0], [1, 1])).toBeNaN();
});

test('an empty bin counts as almost empty, not as impossible', () => {
  expect(populationStability([50, 50], [100, 0])).toBeCloseTo(0.5 * Math.log(2) + (1e-4 - 0.5) * Math.log(1e-4 / 0.5));
});

test('lists of values are alike when they are spread alike, however many there are', () => {
  expect(stabilityOf(ramp(10_000), ramp(3_000))).toBeLessThan(0.001);
  expect(stabilityOf(ramp(10_000), ramp(10_000, 0.5))).toBeGreaterThan(1);
});

test('NaN is a population of its own, and equal values share a bin', () => {
  const missing = Float64Array.from({ length: 100 }, (_, i) => (i % 2 === 0 ? NaN : i));
  const present = Float64Array.from({ length: 100 }, (_, i) => i | 1);
  expect(stabilityOf(missing, missing)).toBe(0);
  expect(stabilityOf(missing, present)).toBeGreaterThan(1);
  expect(stabilityOf(new Float64Array(50), new Float64Array(70))).toBe(0);
});
