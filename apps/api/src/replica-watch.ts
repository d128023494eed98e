import { TransientFault, type Clock, type StateStore } from '#libs/core';

const LONGEST_WAIT_MS = 50;
const PAUSE_AFTER_FAILURE_MS = 1000;

/**
 * Waits until a replica has what was committed. The wait holds up everything else on its connection, so it is short, and after one in vain
 * nobody waits for a while: a store without a replica would otherwise stand still.
 */
export class ReplicaWatch {
  readonly #store: Pick<StateStore, 'replicated'>;
  readonly #clock: Clock;
  #missingUntilMs = -Infinity;
  #next: Promise<boolean> | undefined;

  constructor(store: Pick<StateStore, 'replicated'>, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  /** Whether it makes sense to wait at all. */
  get hopeful(): boolean {
    return this.#clock.monotonicMs() >= this.#missingUntilMs;
  }

  /** Whether a replica has everything that this process has committed so far, at `deadlineMs` (monotonic) at the latest. */
  wait(deadlineMs: number): Promise<boolean> {
    // Everybody of this turn of the event loop has committed before the wait is sent, and shares it.
    this.#next ??= this.#clock.sleep(0).then(() => {
      this.#next = undefined;
      return this.#ask(deadlineMs);
    });
    return this.#next;
  }

  async #ask(deadlineMs: number): Promise<boolean> {
    const leftMs = Math.floor(deadlineMs - this.#clock.monotonicMs());
    if (leftMs < 1 || !this.hopeful) return false;
    try {
      const replicated = await this.#store.replicated(Math.min(leftMs, LONGEST_WAIT_MS));
      if (!replicated) this.#missingUntilMs = this.#clock.monotonicMs() + PAUSE_AFTER_FAILURE_MS;
      return replicated;
    } catch (error) {
      if (error instanceof TransientFault) return false;
      throw error;
    }
  }
}
