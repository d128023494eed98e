import type { StopSignal } from '../stop-signal.ts';

/** Time from outside, so that tests and the simulation drive it. */
export interface Clock {
  /** Wall clock, milliseconds since 1970. */
  nowMs(): number;
  /** Monotonic, milliseconds with fractions; only differences mean anything. */
  monotonicMs(): number;
  /** Resolves after `delayMs`, or at once when `signal` stops; after 0 when all that can run now has run. Never rejects. */
  sleep(delayMs: number, signal?: StopSignal): Promise<void>;
  /** Uniform in [0, 1), for jitter only. */
  random(): number;
}
