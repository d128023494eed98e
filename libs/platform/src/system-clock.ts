import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from '#libs/core';

/** The clock of a real process. */
export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  sleep: async (delayMs, signal) => {
    try {
      await delay(delayMs, undefined, signal === undefined ? {} : { signal });
    } catch (cause) {
      // An aborted sleep is a short sleep; nothing else can go wrong here.
      if (!signal?.aborted) throw cause;
    }
  },
  random: () => Math.random(),
};
