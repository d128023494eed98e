import { StopSignal } from '../stop-signal.ts';
import type { Clock } from '../ports/clock.ts';

/** Lets one loop wait for something to do, or for a time. A wake that comes while nobody waits ends the next wait at once. */
export class Wakeup {
  readonly #clock: Clock;
  #woken = false;
  #waiting: StopSignal | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  wake(): void {
    this.#woken = true;
    this.#waiting?.stop();
  }

  /** Resolves with whether it was woken; false when the time ran out. */
  async wait(timeoutMs: number): Promise<boolean> {
    if (!this.#woken) {
      this.#waiting = new StopSignal();
      await this.#clock.sleep(timeoutMs, this.#waiting);
      this.#waiting = null;
    }
    const woken = this.#woken;
    this.#woken = false;
    return woken;
  }
}
