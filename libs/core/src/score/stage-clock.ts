import type { Clock } from '../ports/clock.ts';
import type { StageTimings } from './batch.ts';

/** Adds up where the time of a batch goes. */
export class StageClock {
  readonly #clock: Clock;
  readonly #spent = { state: 0, features: 0, model: 0, commit: 0 };
  #since: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#since = clock.monotonicMs();
  }

  /** Books the time since the last lap to `stage`. */
  lap(stage: keyof StageTimings): void {
    const now = this.#clock.monotonicMs();
    this.#spent[stage] += now - this.#since;
    this.#since = now;
  }

  get timings(): StageTimings {
    return { ...this.#spent };
  }
}
