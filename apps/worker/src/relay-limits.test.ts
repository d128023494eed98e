import { describe, expect, it } from 'vitest';
import { DAY_MS, HOUR_MS } from '#libs/core';
import { relayLimits } from './relay-limits.ts';

describe('when a partition is opened anew', () => {
  const openAgeFor = (logRetentionMs: number): number =>
    relayLimits({ lingerMs: 3, openAgeMs: DAY_MS }, logRetentionMs).openAgeMs;

  it('after the configured age, in a log that is kept for ever or long', () => {
    expect([Infinity, 60 * DAY_MS].map(openAgeFor)).toEqual([DAY_MS, DAY_MS]);
  });

  it("after a quarter of the log's retention where that is shorter", () => {
    expect(openAgeFor(2 * DAY_MS)).toBe(12 * HOUR_MS);
  });
});
