import { type Clock, StopSignal } from '#libs/core';

const LOOK_MS = 1_000;
/** A look that comes so late means that the process itself stood still. */
const STOPPED_MS = 5_000;

/** What is watched of the consumer. */
export interface WatchedConsumer {
  /** Whether some partition is being fetched, and not waiting for its records to be handled. */
  readonly isFetching: boolean;
  /** When a fetch last succeeded, with or without records; monotonic. */
  readonly lastFetchMs: number;
}

/**
 * How long the input has been silent: asked for, and no fetch has succeeded. A consumer can stop in ways that nothing reports; a process that is started
 * again takes its partitions up. While no partition is assigned, or all wait for their records to be handled, nobody is silent; nor is a consumer
 * whose whole process was stopped.
 */
export class FetchWatchdog {
  readonly #consumer: WatchedConsumer;
  readonly #clock: Clock;
  readonly #limitMs: number;
  readonly #onSilent: (ageMs: number) => void;
  #idleMs: number;
  #lookedMs: number;
  readonly #stopping = new StopSignal();

  constructor(
    consumer: WatchedConsumer,
    options: { readonly clock: Clock; readonly limitMs: number; readonly onSilent: (ageMs: number) => void },
  ) {
    this.#consumer = consumer;
    this.#clock = options.clock;
    this.#limitMs = options.limitMs;
    this.#onSilent = options.onSilent;
    this.#idleMs = this.#lookedMs = options.clock.monotonicMs();
  }

  /** Age of the last successful fetch; 0 while nothing is asked for. */
  get ageMs(): number {
    if (!this.#consumer.isFetching) return 0;
    return Math.max(0, this.#clock.monotonicMs() - Math.max(this.#consumer.lastFetchMs, this.#idleMs));
  }

  /** Looks once a second; resolves after `stop`. */
  async run(): Promise<void> {
    for (;;) {
      await this.#clock.sleep(LOOK_MS, this.#stopping);
      if (this.#stopping.stopped) return;
      this.look();
    }
  }

  stop(): void {
    this.#stopping.stop();
  }

  /** Looks once; calls `onSilent` when the limit is passed. */
  look(): void {
    const nowMs = this.#clock.monotonicMs();
    if (!this.#consumer.isFetching || nowMs - this.#lookedMs > STOPPED_MS) this.#idleMs = nowMs;
    this.#lookedMs = nowMs;
    const { ageMs } = this;
    if (ageMs > this.#limitMs) this.#onSilent(ageMs);
  }
}
