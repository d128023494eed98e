import type { Clock, StopSignal } from '#libs/core';

const TICK_MS = 5;

/** Lets work through at a rate, counted from the beginning: what was late is made up for, so that the mean is the rate asked for. */
export class Pacer {
  readonly #clock: Clock;
  readonly #perMs: number;
  readonly #stopSignal: StopSignal;
  readonly #startedAtMs: number;
  #passed = 0;

  /** `ratePerSecond` may be Infinity. */
  constructor(ratePerSecond: number, clock: Clock, stopSignal: StopSignal) {
    this.#perMs = ratePerSecond / 1_000;
    this.#clock = clock;
    this.#stopSignal = stopSignal;
    this.#startedAtMs = clock.monotonicMs();
  }

  /** Resolves when at least one record is due, with how many are, at most `limit`; 0 when it is time to stop. */
  async due(limit: number): Promise<number> {
    while (!this.#stopSignal.stopped) {
      const elapsedMs = this.#clock.monotonicMs() - this.#startedAtMs;
      const due = Math.min(limit, Math.floor(elapsedMs * this.#perMs) - this.#passed);
      if (this.#perMs === Infinity || due >= 1) {
        const granted = this.#perMs === Infinity ? limit : due;
        this.#passed += granted;
        return granted;
      }
      await this.#clock.sleep(TICK_MS, this.#stopSignal);
    }
    return 0;
  }
}
