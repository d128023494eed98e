import type { Clock, InputTopics, Watermarks } from '#libs/core';
import { ClusterLink } from './cluster-link.ts';
import { withinDeadline } from './deadline.ts';
import { GroupMembership, type TopicPartition } from './group-membership.ts';
import { InputDelivery, type InputDeliveryOptions } from './input-delivery.ts';
import { createKafka, type KafkaLog, type KafkaSettings } from './kafka-client.ts';
import { PartitionReader } from './partition-reader.ts';

export interface InputConsumerOptions extends Pick<
  InputDeliveryOptions,
  'onAssigned' | 'onRevoked' | 'onBatch' | 'onOutOfRange' | 'onCrash'
> {
  readonly kafka: KafkaSettings;
  readonly log?: KafkaLog;
  readonly clock: Clock;
  readonly groupId: string;
  readonly topics: readonly string[];
  /** A member that is silent for so long loses its partitions; default 10,000. */
  readonly sessionTimeoutMs?: number;
  /** Most records of a batch; default 256. */
  readonly maxRecords?: number;
  /** What one fetch asks for per partition, and about half of what may lie in memory for one; default 256 KiB. */
  readonly maxBytesPerPartition?: number;
  /** How long to gather records before a batch that is not full; default 0. */
  readonly lingerMs?: number;
}

/**
 * A member of a consumer group that reads its partitions from where the caller says: offsets in the group are hints for lag monitors, never the
 * position. Order: `join`; at `onAssigned`, `start` each partition; `close`. While Kafka is away it waits, revoked after twice the session, and joins again.
 */
export class InputConsumer implements InputTopics {
  readonly names: readonly string[];
  readonly #link: ClusterLink;
  readonly #reader: PartitionReader;
  readonly #membership: GroupMembership;
  readonly #delivery: InputDelivery;

  constructor(options: InputConsumerOptions) {
    const { kafka, log, groupId, topics, sessionTimeoutMs, onCrash } = options;
    const { maxRecords = 256, maxBytesPerPartition = 256 * 1024, lingerMs = 0 } = options;
    this.names = topics;
    this.#link = new ClusterLink(createKafka(kafka, log), { requestTimeoutMs: kafka.requestTimeoutMs });
    this.#reader = new PartitionReader(this.#link, { readCommitted: true, pollMs: 250 });
    this.#delivery = new InputDelivery({
      ...options,
      reader: this.#reader,
      maxRecords,
      maxBytes: maxBytesPerPartition,
      lingerMs,
    });
    this.#membership = new GroupMembership({
      kafka,
      ...(log === undefined ? {} : { log }),
      ...(sessionTimeoutMs === undefined ? {} : { sessionTimeoutMs }),
      groupId,
      topics,
      assigned: (partitions) => this.#delivery.reassign(partitions),
      lost: () => this.#delivery.reassign([]),
      crashed: (error) => {
        this.#delivery.reassign([]);
        onCrash(error);
      },
    });
  }

  /** Joins the group; resolves after the first assignment, or when the first try has failed. */
  async join(): Promise<void> {
    await this.#membership.start();
  }

  /** As of `InputDelivery`. */
  start(topic: string, partition: number, offset: number): void {
    this.#delivery.start(topic, partition, offset);
  }

  /** As of `InputDelivery`. */
  halt(topic: string, partition: number): void {
    this.#delivery.halt(topic, partition);
  }

  /** As of `InputDelivery`. */
  position(topic: string, partition: number): number | null {
    return this.#delivery.position(topic, partition);
  }

  isAssigned(topic: string, partition: number): boolean {
    return this.#delivery.isAssigned(topic, partition);
  }

  assignment(): readonly TopicPartition[] {
    return this.#delivery.assignment();
  }

  /** Counts the assignments that this consumer was given. */
  get generation(): number {
    return this.#membership.generation;
  }

  /** When the group last acknowledged this member, by `performance.now()`; -Infinity before the first time. */
  get lastHeartbeatMs(): number {
    return this.#membership.lastHeartbeatMs;
  }

  /** As of `InputDelivery`. */
  get isFetching(): boolean {
    return this.#delivery.isFetching;
  }

  /** As of `InputDelivery`. */
  get lastFetchMs(): number {
    return this.#delivery.lastFetchMs;
  }

  /** Notes in the group up to where inputs are done. Rejects with `TransientFault('commit_failed')`. */
  async commit(offsets: readonly (TopicPartition & { readonly offset: number })[]): Promise<void> {
    if (offsets.length > 0) await this.#membership.commit(offsets);
  }

  /** Rejects with `TransientFault('watermarks_failed')`. */
  async watermarks(topic: string, partition: number): Promise<Watermarks> {
    return withinDeadline(this.#link.watermarks(topic, partition), { deadlineMs: 10_000, code: 'watermarks_failed' });
  }

  /** Stops delivery (a batch that is being handled is stale; the caller waits for it), leaves the group and disconnects. Without `onRevoked`. */
  async close(): Promise<void> {
    this.#delivery.stop();
    this.#reader.close();
    await this.#membership.stop();
    await this.#link.close();
  }
}
