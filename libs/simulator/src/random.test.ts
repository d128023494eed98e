import { describe, expect, test } from 'vitest';
import { Random, runningSums, scatter32, Streams } from './random.ts';

const draws = 100_000;
const sample = (draw: (random: Random) => number): number[] => {
  const random = new Streams(1, 'test').at(0);
  return Array.from({ length: draws }, () => draw(random));
};
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

describe('random numbers', () => {
  test('repeat for the same stream and differ for every part of its name', () => {
    const first = (seed: number, purpose: string, a: number, b: number): number =>
      new Streams(seed, purpose).at(a, b).uint32();
    const reference = first(1, 'day', 2, 3);
    expect(first(1, 'day', 2, 3)).toBe(reference);
    const others = [
      first(2, 'day', 2, 3),
      first(1, 'night', 2, 3),
      first(1, 'day', 3, 3),
      first(1, 'day', 2, 4),
      first(1, 'day', 3, 2),
      first(1 + 2 ** 32, 'day', 2, 3),
    ];
    expect(new Set([reference, ...others]).size).toBe(7);
  });

  test('of neighbouring streams are independent', () => {
    const streams = new Streams(5, 'day');
    const values = Array.from({ length: draws }, (_, index) => streams.at(index, 7).uniform());
    expect(mean(values)).toBeCloseTo(0.5, 2);
    const products = values.slice(1).map((value, index) => (value - 0.5) * ((values[index] as number) - 0.5));
    expect(Math.abs(mean(products)) * 12).toBeLessThan(0.015);
  });

  test('have the means and spreads that they should have', () => {
    expect(mean(sample((random) => random.uniform()))).toBeCloseTo(0.5, 2);
    expect(mean(sample((random) => random.normal()))).toBeCloseTo(0, 1);
    expect(mean(sample((random) => random.normal() ** 2))).toBeCloseTo(1, 1);
    expect(mean(sample((random) => random.exponential(3)))).toBeCloseTo(3, 1);
    expect(mean(sample((random) => random.poisson(2.5)))).toBeCloseTo(2.5, 1);
    expect(mean(sample((random) => random.poisson(40)))).toBeCloseTo(40, 0);
    expect(sample((random) => random.logNormal(5, 0.5)).sort((a, b) => a - b)[draws / 2]).toBeCloseTo(5, 1);
  });

  test('pick by weight', () => {
    const sums = runningSums([1, 0, 3]);
    const counts = [0, 0, 0];
    for (const index of sample((random) => random.weighted(sums))) counts[index] = (counts[index] ?? 0) + 1;
    expect(counts[1]).toBe(0);
    expect((counts[2] ?? 0) / draws).toBeCloseTo(0.75, 2);
  });

  test('scatter without collisions', () => {
    expect(new Set(Array.from({ length: draws }, (_, index) => scatter32(index))).size).toBe(draws);
  });
});
