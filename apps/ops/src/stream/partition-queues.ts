import type { ProducerRecord } from '#libs/adapters';
import { type Clock, TransientFault } from '#libs/core';

/** Records of one send: some 150 KB of ordinary transactions, below what the topic takes in one batch. */
const BATCH_RECORDS = 400;
const LONGEST_PAUSE_MS = 2_000;

/** Sends to one topic, all replicas acknowledging. Rejects with `TransientFault` when it is not certain. */
export type Send = (records: readonly ProducerRecord[]) => Promise<void>;

export interface QueueLimits {
  /** Records that wait or are in flight at which `push` waits. */
  readonly waiting: number;
  /** How long a batch is tried again before everything is given up. */
  readonly giveUpMs: number;
}

/**
 * One queue for each partition, one send in flight for each, so that a partition's records keep their order. What is not certain to be written is sent
 * again: at least once. The first fault that does not pass is thrown by the next `push` or by `drain`.
 */
export class PartitionQueues {
  readonly #send: Send;
  readonly #clock: Clock;
  readonly #limits: QueueLimits;
  readonly #queues = new Map<number, ProducerRecord[]>();
  readonly #running = new Set<Promise<void>>();
  readonly #sending = new Set<number>();
  #waiting = 0;
  #sent = 0;
  #retries = 0;
  #wake: (() => void) | null = null;
  #failed: Error | null = null;

  constructor(send: Send, clock: Clock, limits: QueueLimits) {
    this.#send = send;
    this.#clock = clock;
    this.#limits = limits;
  }

  /** Records that are certain to be written. */
  get sent(): number {
    return this.#sent;
  }

  /** Sends that had to be repeated. */
  get retries(): number {
    return this.#retries;
  }

  /** Adds records; resolves when there is room for more. */
  async push(records: readonly ProducerRecord[]): Promise<void> {
    for (const record of records) {
      const queue = this.#queues.get(record.partition);
      if (queue === undefined) this.#queues.set(record.partition, [record]);
      else queue.push(record);
    }
    this.#waiting += records.length;
    for (const partition of this.#queues.keys()) this.#start(partition);
    while (this.#waiting >= this.#limits.waiting && this.#failed === null) await this.#settled();
    if (this.#failed !== null) throw this.#failed;
  }

  /** Resolves when everything is written. */
  async drain(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
    if (this.#failed !== null) throw this.#failed;
  }

  #start(partition: number): void {
    if (this.#sending.has(partition) || (this.#queues.get(partition)?.length ?? 0) === 0) return;
    this.#sending.add(partition);
    const running = this.#empty(partition).finally(() => {
      this.#sending.delete(partition);
      this.#running.delete(running);
    });
    this.#running.add(running);
  }

  async #empty(partition: number): Promise<void> {
    // Somebody may push more in the same turn: then the first batch is fuller.
    await Promise.resolve();
    for (;;) {
      const queue = this.#queues.get(partition) ?? [];
      if (queue.length === 0 || this.#failed !== null) return;
      const batch = queue.slice(0, BATCH_RECORDS);
      this.#queues.set(partition, queue.slice(BATCH_RECORDS));
      try {
        await this.#sendSurely(batch);
        this.#sent += batch.length;
        this.#waiting -= batch.length;
      } catch (error) {
        this.#failed ??= error instanceof Error ? error : new Error(String(error));
      }
      this.#wake?.();
    }
  }

  async #sendSurely(batch: readonly ProducerRecord[]): Promise<void> {
    const untilMs = this.#clock.monotonicMs() + this.#limits.giveUpMs;
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#send(batch);
      } catch (error) {
        const passes = error instanceof TransientFault && error.code !== 'send_too_large';
        if (!passes || this.#clock.monotonicMs() > untilMs) throw error;
        this.#retries += 1;
        await this.#clock.sleep(Math.min(LONGEST_PAUSE_MS, 50 * 2 ** Math.min(attempt, 6)));
      }
    }
  }

  #settled(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}
