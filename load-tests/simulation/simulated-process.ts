import type { Lane } from './timeline.ts';

/** A process as faults see it. Its code is the product's own; only time, network and servers are simulated. */
export class SimulatedProcess implements Lane {
  readonly skewMs: number;
  #alive = true;
  #stoppedUntilMs = 0;

  constructor(skewMs: number) {
    this.skewMs = skewMs;
  }

  get alive(): boolean {
    return this.#alive;
  }

  get stoppedUntilMs(): number {
    return this.#stoppedUntilMs;
  }

  /** SIGKILL: not a line more of it runs. What it has sent is under way. */
  kill(): void {
    this.#alive = false;
  }

  /** SIGSTOP, and SIGCONT at `untilMs`. */
  stopUntil(untilMs: number): void {
    this.#stoppedUntilMs = untilMs;
  }
}
