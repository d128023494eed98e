import { assert, type Clock, type InputTopics, type Watermarks } from '#libs/core';
import { ClusterLink } from './cluster-link.ts';
import { withinDeadline } from './deadline.ts';
import { GroupMembership, type TopicPartition } from './group-membership.ts';
import { type InputBatch, InputPartition } from './input-partition.ts';
import { createKafka, type KafkaLog, type KafkaSettings } from './kafka-client.ts';
import { PartitionReader } from './partition-reader.ts';

export interface InputConsumerOptions {
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
  /** Partitions that were not this member's before. Nothing is delivered of them until `start`. */
  readonly onAssigned: (partitions: readonly TopicPartition[]) => void;
  /** Partitions that are not this member's any more. Batches that are being handled are stale from here on, and may overlap the next owner's. */
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

/**
 * A member of a consumer group that reads its partitions from where the caller says: offsets in the group are hints for lag monitors, never the
 * position. Order: `join`; at `onAssigned`, `start` each partition; `close`. While Kafka is away it waits, revoked after twice the session, and joins again.
 */
export class InputConsumer implements InputTopics {
  readonly names: readonly string[];
  readonly #options: InputConsumerOptions;
  readonly #link: ClusterLink;
  readonly #reader: PartitionReader;
  readonly #membership: GroupMembership;
  readonly #delivered = new Map<string, InputPartition>();
  #assigned = new Map<string, TopicPartition>();
  #lastFetchMs = Number.NEGATIVE_INFINITY;

  constructor(options: InputConsumerOptions) {
    const { kafka, log, groupId, topics, sessionTimeoutMs } = options;
    this.names = topics;
    this.#options = options;
    this.#link = new ClusterLink(createKafka(kafka, log), { requestTimeoutMs: kafka.requestTimeoutMs });
    this.#reader = new PartitionReader(this.#link, { readCommitted: true, pollMs: 250 });
    this.#membership = new GroupMembership({
      kafka,
      ...(log === undefined ? {} : { log }),
      ...(sessionTimeoutMs === undefined ? {} : { sessionTimeoutMs }),
      groupId,
      topics,
      assigned: (partitions) => this.#reassign(partitions),
      lost: () => this.#reassign([]),
      crashed: (error) => {
        this.#reassign([]);
        options.onCrash(error);
      },
    });
  }

  /** Joins the group; resolves after the first assignment, or when the first try has failed. */
  async join(): Promise<void> {
    await this.#membership.start();
  }

  /** Delivers a partition from `offset` on; one that is delivered already moves there, and its batch is stale. Ignored when it is not assigned. */
  start(topic: string, partition: number, offset: number): void {
    assert(Number.isSafeInteger(offset) && offset >= 0, `an offset to start from, not ${offset}`);
    this.halt(topic, partition);
    if (!this.isAssigned(topic, partition)) return;
    const {
      clock,
      onBatch,
      onOutOfRange,
      onCrash,
      maxRecords = 256,
      maxBytesPerPartition = 256 * 1024,
      lingerMs = 0,
    } = this.#options;
    const delivery = new InputPartition(
      {
        topic,
        partition,
        reader: this.#reader,
        clock,
        maxRecords,
        maxBytes: maxBytesPerPartition,
        lingerMs,
        onBatch,
        onOutOfRange: (at) => onOutOfRange({ topic, partition, offset: at }),
        onCrash,
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

  /** Counts the assignments that this consumer was given. */
  get generation(): number {
    return this.#membership.generation;
  }

  /** When the group last acknowledged this member, by `performance.now()`; -Infinity before the first time. */
  get lastHeartbeatMs(): number {
    return this.#membership.lastHeartbeatMs;
  }

  /** Whether some partition is being fetched: delivered, and not waiting for its records to be handled. */
  get isFetching(): boolean {
    return [...this.#delivered.values()].some(({ isFetching }) => isFetching);
  }

  /** When a fetch last succeeded, with or without records, monotonic; each delivered partition does one a second when idle. */
  get lastFetchMs(): number {
    return this.#lastFetchMs;
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
    for (const delivery of this.#delivered.values()) delivery.stop();
    this.#delivered.clear();
    this.#reader.close();
    await this.#membership.stop();
    await this.#link.close();
  }

  #reassign(partitions: readonly TopicPartition[]): void {
    const before = this.#assigned;
    this.#assigned = new Map(partitions.map((each) => [keyOf(each), each]));
    const revoked = [...before.values()].filter((each) => !this.#assigned.has(keyOf(each)));
    const added = partitions.filter((each) => !before.has(keyOf(each)));
    for (const { topic, partition } of revoked) this.halt(topic, partition);
    if (revoked.length > 0) this.#options.onRevoked(revoked);
    if (added.length > 0) this.#options.onAssigned(added);
  }
}

function keyOf({ topic, partition }: TopicPartition): string {
  return `${topic}/${partition}`;
}
