import { describe, expect, it } from 'vitest';
import { systemClock } from '#libs/platform';
import { FetchWatchdog } from './fetch-watchdog.ts';

function watch(limitMs = 60_000) {
  const consumer = { isFetching: true, lastFetchMs: Number.NEGATIVE_INFINITY };
  const [silent, time]: [number[], { nowMs: number }] = [[], { nowMs: 1_000 }];
  const clock = { ...systemClock, monotonicMs: () => time.nowMs };
  const watchdog = new FetchWatchdog(consumer, { clock, limitMs, onSilent: (ageMs) => silent.push(ageMs) });
  /** Lets seconds pass, with a look in each. */
  const pass = (seconds: number, meanwhile: () => void = () => undefined): void => {
    for (let i = 0; i < seconds; i++) {
      time.nowMs += 1_000;
      meanwhile();
      watchdog.look();
    }
  };
  return { consumer, silent, time, watchdog, pass };
}

describe('the watchdog on the input', () => {
  it('says so when no fetch has succeeded for longer than the limit', () => {
    const { silent, watchdog, pass } = watch();
    pass(60);
    expect(silent).toEqual([]);
    expect(watchdog.ageMs).toBe(60_000);
    pass(1);
    expect(silent).toEqual([61_000]);
  });

  it('is content with fetches, also with empty ones', () => {
    const { consumer, silent, time, watchdog, pass } = watch();
    pass(300, () => (consumer.lastFetchMs = time.nowMs));
    expect([silent, watchdog.ageMs]).toEqual([[], 0]);
    pass(61);
    expect(silent).toEqual([61_000]);
  });

  it('does not count time in which nothing is asked for', () => {
    const { consumer, silent, watchdog, pass } = watch();
    pass(50);
    consumer.isFetching = false;
    pass(300);
    expect(watchdog.ageMs).toBe(0);
    consumer.isFetching = true;
    pass(60);
    expect(silent).toEqual([]);
    pass(1);
    expect(silent).toHaveLength(1);
  });

  it('does not count time in which the process was stopped', () => {
    const { silent, time, pass } = watch();
    pass(10);
    time.nowMs += 120_000;
    pass(60);
    expect(silent).toEqual([]);
    pass(2);
    expect(silent).toHaveLength(1);
  });
});
