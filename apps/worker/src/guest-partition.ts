import type { InputConsumer } from '#libs/adapters';
import {
  type Clock,
  homeState,
  type PartitionStore,
  type StateStore,
  StopSignal,
  TransientFault,
  type Watermarks,
} from '#libs/core';
import type { Logger } from '#libs/platform';

/** How often it is compared where the input stands in the store and where it is read. */
const LOOK_MS = 1_000;

/** What a guest works with. */
export interface GuestSurroundings {
  readonly topic: string;
  readonly consumer: Pick<InputConsumer, 'start' | 'position' | 'watermarks'>;
  readonly state: Pick<StateStore, 'load'>;
  readonly store: Pick<PartitionStore, 'raiseInput'>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * A partition of an input topic that does not bring its partition of log and store with it: whoever is assigned that one owns it, here or elsewhere. Its
 * records are committed whenever it is open. What an owner does when it opens, and nobody tells a guest of, is found by looking: a store that was
 * rebuilt stands behind what was read, and is read for again. Protocol section 4, steps 7 and 11.
 */
export class GuestPartition {
  readonly topic: string;
  readonly partition: number;
  readonly #surroundings: GuestSurroundings;
  readonly #revoking = new StopSignal();
  /** Where reading failed because nothing is there; null while it can be read. */
  #missingFrom: number | null = null;
  #isPastEnd = false;
  #appliedNext: number | null = null;

  constructor(partition: number, surroundings: GuestSurroundings) {
    this.topic = surroundings.topic;
    this.partition = partition;
    this.#surroundings = surroundings;
  }

  get revoked(): boolean {
    return this.#revoking.stopped;
  }

  /** Up to where the input is applied: a hint for lag monitors. */
  get hint(): number | null {
    return this.#appliedNext;
  }

  /** A batch was committed; the input is applied up to `next`. */
  noteCommit(_lastSeq: number, next: number): void {
    this.#appliedNext = next;
  }

  /** The partition is somebody else's, or the process stops. */
  revoke(): void {
    this.#revoking.stop();
  }

  /** Resolves after `revoke`. Throws only for bugs. */
  async run(): Promise<void> {
    const { clock } = this.#surroundings;
    while (!this.revoked) {
      try {
        await this.look();
      } catch (error) {
        if (!(error instanceof TransientFault)) throw error;
      }
      await clock.sleep(LOOK_MS * (0.5 + clock.random()), this.#revoking);
    }
  }

  /** The input has no record at `offset`: nothing is delivered until a look has found where to go on. */
  outOfRange(offset: number): void {
    this.#missingFrom = offset;
  }

  /** Compares once, and delivers from where the store stands if that is not where the input is read. Throws `TransientFault`. */
  async look(): Promise<void> {
    const { topic, consumer, state } = this.#surroundings;
    // Before the store is read: what is committed in between is behind neither.
    const position = consumer.position(topic, this.partition);
    const { home, input } = await state.load(this.partition, []);
    if (home === null || homeState(home) !== 'open') return;
    const applied = input.get(topic) ?? 0;
    if (this.#missingFrom !== null) await this.#goOnWithin(await this.#watermarks(), { home, applied });
    else if (position === null || applied < position) this.#deliver(applied);
  }

  async #goOnWithin({ low, high }: Watermarks, { home, applied }: { home: string; applied: number }): Promise<void> {
    const { topic, store, logger } = this.#surroundings;
    const fields = { topic, partition: this.partition, offset: this.#missingFrom };
    if (applied > high) {
      // Its owner halts when it opens; until then nobody may go on with records that lie below the position.
      if (!this.#isPastEnd) logger.error({ ...fields, applied, high }, 'input ends before its position');
      this.#isPastEnd = true;
      return;
    }
    if (applied < low) {
      const raised = await store.raiseInput(this.partition, home, topic, low);
      if (raised.status !== 'ok') return;
      logger.error({ ...fields, low }, 'input records were deleted before they were decided');
    }
    this.#missingFrom = null;
    this.#isPastEnd = false;
    this.#deliver(Math.max(applied, low));
  }

  #watermarks(): Promise<Watermarks> {
    const { topic, consumer } = this.#surroundings;
    return consumer.watermarks(topic, this.partition);
  }

  #deliver(offset: number): void {
    if (!this.revoked) this.#surroundings.consumer.start(this.topic, this.partition, offset);
  }
}
