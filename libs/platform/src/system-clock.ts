import { performance } from 'node:perf_hooks';
import type { Clock } from '#libs/core';

/** The clock of a real process. */
export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  sleep: (delayMs, signal) =>
    new Promise((resolve) => {
      if (signal?.stopped === true) {
        resolve();
        return;
      }
      if (delayMs <= 0) {
        setImmediate(resolve);
        return;
      }
      const timer = setTimeout(() => {
        forget?.();
        resolve();
      }, delayMs);
      const forget = signal?.onStop(() => {
        clearTimeout(timer);
        resolve();
      });
    }),
  random: () => Math.random(),
};
