import { describe, expect, it } from 'vitest';
import { StopSignal } from '#libs/core';
import { systemClock } from './system-clock.ts';

describe('systemClock', () => {
  it('sleeps for about the time asked', async () => {
    const startMs = systemClock.monotonicMs();
    await systemClock.sleep(20);
    expect(systemClock.monotonicMs() - startMs).toBeGreaterThanOrEqual(19);
  });

  it('wakes at once at the stop signal, before or during the sleep', async () => {
    const startMs = systemClock.monotonicMs();
    const stopping = new StopSignal();
    const asleep = systemClock.sleep(60_000, stopping);
    stopping.stop();
    await asleep;
    await systemClock.sleep(60_000, stopping);
    expect(systemClock.monotonicMs() - startMs).toBeLessThan(1000);
  });

  it('sleeps for 0 ms until all that can run now has run', async () => {
    const order: string[] = [];
    const asleep = systemClock.sleep(0).then(() => order.push('awake'));
    process.nextTick(() => {
      order.push('tick');
      void Promise.resolve().then(() => order.push('promise'));
    });
    await asleep;
    expect(order).toEqual(['tick', 'promise', 'awake']);
  });
});
