import { InvalidArgumentError } from 'commander';
import { describe, expect, it } from 'vitest';
import { durationMs, instantMs, integer, positive, rate, share } from './options.ts';

describe('an option', () => {
  it.each<[(text: string) => number, string, number]>([
    [integer(1, 10), '10', 10],
    [positive, '0.5', 0.5],
    [share, '1', 1],
    [share, '0.05', 0.05],
    [durationMs, '250ms', 250],
    [durationMs, '60d', 60 * 86_400_000],
    [instantMs, '2026-01-01', Date.UTC(2026, 0, 1)],
    [instantMs, '2026-01-01T01:00:00Z', Date.UTC(2026, 0, 1, 1)],
    [rate, '1000', 1_000],
    [rate, 'max', Infinity],
  ])('is read: %#', (read, text, value) => {
    expect(read(text)).toBe(value);
  });

  it.each<[(text: string) => number, string]>([
    [integer(1, 10), '11'],
    [integer(1), '1.5'],
    [integer(1), ''],
    [positive, '0'],
    [positive, '-1'],
    [share, '1.1'],
    [durationMs, '5'],
    [durationMs, '5 h'],
    [instantMs, '2026-02-30'],
    [instantMs, 'today'],
    [rate, 'fast'],
  ])('is refused: %#', (read, text) => {
    expect(() => read(text)).toThrow(InvalidArgumentError);
  });
});
