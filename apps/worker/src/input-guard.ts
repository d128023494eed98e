import type { Clock, InputItem } from '#libs/core';
import type { Logger } from '#libs/platform';
import { type Excess, InvalidLimiter } from './invalid-limiter.ts';

const LOOK_AGAIN_MS = 500;

export interface InputGuardOptions {
  readonly topic: string;
  readonly invalidPercent: number;
  readonly invalidWindowRecords: number;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Holds an input partition back when too many of its records are invalid, before any of them is committed: a broken producer, or a broken release of
 * this program, must not turn a topic into dead letters. Nothing is lost: the position stays where it is. The membership and the partition's owner go
 * on. Ends with the process or the assignment; whoever takes the partition next judges it anew.
 */
export class InputGuard {
  readonly #options: InputGuardOptions;
  readonly #limiters = new Map<number, InvalidLimiter>();
  readonly #held = new Map<number, Excess>();

  constructor(options: InputGuardOptions) {
    this.#options = options;
  }

  get topic(): string {
    return this.#options.topic;
  }

  /** The partitions that are held back, and why. */
  get held(): ReadonlyMap<number, Excess> {
    return this.#held;
  }

  /** Whether the items may be committed. While they may not, it resolves only when they are `abandoned`: with false. */
  async admit(partition: number, items: readonly InputItem[], abandoned: () => boolean): Promise<boolean> {
    const { topic, clock, logger } = this.#options;
    const excess = this.#limiter(partition).take(items.map(({ kind }) => kind === 'invalid'));
    if (excess === null) return true;
    const { invalid, of } = excess;
    const [first] = items.filter(({ kind }) => kind === 'invalid');
    const example = first?.kind === 'invalid' ? { reason: first.reason, field: first.field } : {};
    const from = items[0]?.original.offset;
    const fields = { topic, partition, from, invalid, of, ...example };
    logger.error(fields, 'input held back: too many of its records are invalid');
    this.#held.set(partition, excess);
    while (!abandoned()) await clock.sleep(LOOK_AGAIN_MS);
    this.#held.delete(partition);
    return false;
  }

  /** The partition is somebody else's. */
  forget(partition: number): void {
    this.#limiters.delete(partition);
  }

  #limiter(partition: number): InvalidLimiter {
    const known = this.#limiters.get(partition) ?? new InvalidLimiter(this.#options);
    this.#limiters.set(partition, known);
    return known;
  }
}
