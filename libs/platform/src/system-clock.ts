import { performance } from 'node:perf_hooks';
import type { Clock } from '#libs/core';

/** The clock of a real process. */
export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  sleep: (delayMs, signal) =>
    new Promise((resolve) => {
      const timer = setTimeout(finish, delayMs);
      const forget = signal?.onStop(finish);
      function finish(): void {
        clearTimeout(timer);
        forget?.();
        resolve();
      }
    }),
  random: () => Math.random(),
};
