import { assert, type Clock } from '#libs/core';
import type { TopicPartition } from './group-membership.ts';
import { type InputBatch, InputPartition, type InputPartitionOptions } from './input-partition.ts';

export interface InputDeliveryOptions extends Pick<
  InputPartitionOptions,
  'reader' | 'maxRecords' | 'maxBytes' | 'lingerMs'
> {
  readonly clock: Clock;
  /** Partitions that were not assigned before. Nothing is delivered of them until `start`. */
  readonly onAssigned: (partitions: readonly TopicPartition[]) => void;
  /** Partitions that are not assigned any more. Batches that are being handled are stale from here on, and may overlap the next owner's. */
  readonly onRevoked: (partitions: readonly TopicPartition[]) => void;
  /**
   * Handles a batch and says where to go on: `batch.to`, or anywhere else. One call at a time per partition, all partitions side by side; however
   * long it takes, the membership lives. Must not reject: that is a bug, and ends in `onCrash`.
   */
  readonly onBatch: (batch: InputBatch) => Promise<{ readonly next: number }>;
  /** The position to read from is not in the partition, below its low watermark for instance. Nothing is delivered of it until `start`. */
  readonly onOutOfRange: (where: TopicPartition & { readonly offset: number }) => void;
  /** The consumer cannot go on by itself: close it, and make another or end the process. What may pass (Kafka away) never comes here. */
  readonly onCrash: (error: unknown) => void;
}

/** Delivers partitions for as long as they are assigned, each from where the caller says. */
export class InputDelivery {
  readonly #options: InputDeliveryOptions;
  readonly #delivered = new Map<string, InputPartition>();
  #assigned = new Map<string, TopicPartition>();
  #lastFetchMs = Number.NEGATIVE_INFINITY;

  constructor(options: InputDeliveryOptions) {
    this.#options = options;
  }

  /** Takes over what is assigned now, and tells what is new and what is gone. */
  reassign(partitions: readonly TopicPartition[]): void {
    const before = this.#assigned;
    this.#assigned = new Map(partitions.map((each) => [keyOf(each), each]));
    const revoked = [...before.values()].filter((each) => !this.#assigned.has(keyOf(each)));
    const added = partitions.filter((each) => !before.has(keyOf(each)));
    for (const { topic, partition } of revoked) this.halt(topic, partition);
    if (revoked.length > 0) this.#options.onRevoked(revoked);
    if (added.length > 0) this.#options.onAssigned(added);
  }

  /** Delivers a partition from `offset` on; one that is delivered already moves there, and its batch is stale. Ignored when it is not assigned. */
  start(topic: string, partition: number, offset: number): void {
    assert(Number.isSafeInteger(offset) && offset >= 0, `an offset to start from, not ${offset}`);
    this.halt(topic, partition);
    if (!this.isAssigned(topic, partition)) return;
    const { clock, onOutOfRange } = this.#options;
    const delivery = new InputPartition(
      {
        ...this.#options,
        topic,
        partition,
        onOutOfRange: (at) => onOutOfRange({ topic, partition, offset: at }),
        onFetched: () => {
          this.#lastFetchMs = clock.monotonicMs();
        },
      },
      offset,
    );
    this.#delivered.set(keyOf({ topic, partition }), delivery);
  }

  /** Delivers nothing more of a partition until `start`; a batch that is being handled is stale. */
  halt(topic: string, partition: number): void {
    this.#delivered.get(keyOf({ topic, partition }))?.stop();
    this.#delivered.delete(keyOf({ topic, partition }));
  }

  /** Halts everything. */
  stop(): void {
    for (const delivery of this.#delivered.values()) delivery.stop();
    this.#delivered.clear();
  }

  /** Up to where a partition was handled, by what `onBatch` returned; null when it is not delivered. */
  position(topic: string, partition: number): number | null {
    return this.#delivered.get(keyOf({ topic, partition }))?.position ?? null;
  }

  isAssigned(topic: string, partition: number): boolean {
    return this.#assigned.has(keyOf({ topic, partition }));
  }

  assignment(): readonly TopicPartition[] {
    return [...this.#assigned.values()];
  }

  /** Whether some partition is being fetched: delivered, and not waiting for its records to be handled. */
  get isFetching(): boolean {
    return [...this.#delivered.values()].some(({ isFetching }) => isFetching);
  }

  /** When a fetch last succeeded, with or without records, monotonic; each delivered partition does one a second when idle. */
  get lastFetchMs(): number {
    return this.#lastFetchMs;
  }
}

function keyOf({ topic, partition }: TopicPartition): string {
  return `${topic}/${partition}`;
}
