import type { Consumer, Kafka } from 'kafkajs';
import { TransientFault } from '#libs/core';
import { withinDeadline } from './deadline.ts';
import { createKafka, type KafkaLog, type KafkaSettings } from './kafka-client.ts';
import { stickyAssigner } from './sticky-assigner.ts';

export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

export interface GroupMembershipOptions {
  readonly kafka: KafkaSettings;
  readonly log?: KafkaLog;
  readonly groupId: string;
  readonly topics: readonly string[];
  /** A member that is silent for so long is dead; default 10,000. */
  readonly sessionTimeoutMs?: number;
  /** Called with each new assignment, whole, before anything else happens under it. */
  assigned(partitions: readonly TopicPartition[]): void;
  /** Whatever was assigned is not any more: the group has not been heard of for twice the session. It is joined again in time. */
  lost(): void;
  /** The membership has ended for good, by an error that does not pass. Nothing is assigned any more. */
  crashed(error: Error): void;
}

const HEARTBEAT_INTERVAL_MS = 1_000;
const LOOP_MS = 250;
const DEADLINE_MS = 15_000;

/**
 * Membership in a consumer group without consuming: kafkajs's consumer with every partition paused, so that its loop does nothing but heartbeats,
 * whatever the handlers of records do. (With records, that loop waits for the slowest partition of a broker before it fetches for any.)
 * Partitions of one number go to one member, whatever the topic, and stay with it as long as the balance allows.
 */
export class GroupMembership {
  readonly #options: GroupMembershipOptions;
  readonly #kafka: Kafka;
  readonly #sessionTimeoutMs: number;
  #consumer: Consumer | null = null;
  #joining: Promise<void> = Promise.resolve();
  #rejoin: NodeJS.Timeout | undefined;
  #lose: NodeJS.Timeout | undefined;
  #failures = 0;
  #stopped = false;
  #generation = 0;
  #last: { owned: readonly number[]; ownedSinceMs: number } = { owned: [], ownedSinceMs: 0 };
  #lastHeartbeatMs = Number.NEGATIVE_INFINITY;

  constructor(options: GroupMembershipOptions) {
    this.#options = options;
    this.#sessionTimeoutMs = options.sessionTimeoutMs ?? 10_000;
    this.#kafka = createKafka(options.kafka, options.log);
  }

  /** Counts the assignments. */
  get generation(): number {
    return this.#generation;
  }

  /** When the group last acknowledged this member, by `performance.now()`. */
  get lastHeartbeatMs(): number {
    return this.#lastHeartbeatMs;
  }

  /** Joins; resolves after the first assignment, or when the first try has failed. */
  async start(): Promise<void> {
    this.#joining = this.#join();
    await this.#joining;
  }

  /** Notes offsets in the group; a hint for lag monitors, never a position. Rejects with `TransientFault('commit_failed')`. */
  async commit(offsets: readonly (TopicPartition & { readonly offset: number })[]): Promise<void> {
    if (this.#consumer === null) throw new TransientFault('commit_failed', 'Not a member of the group');
    const work = this.#consumer.commitOffsets(
      offsets.map(({ topic, partition, offset }) => ({ topic, partition, offset: String(offset) })),
    );
    await withinDeadline(work, { deadlineMs: DEADLINE_MS, code: 'commit_failed' });
  }

  /** Leaves the group, so that its partitions are given to others at once, and disconnects. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#rejoin);
    clearTimeout(this.#lose);
    const consumer = this.#consumer;
    this.#consumer = null;
    await consumer?.disconnect();
    await this.#joining;
  }

  async #join(): Promise<void> {
    const { groupId, topics } = this.#options;
    let passing = false;
    const consumer = this.#kafka.consumer({
      groupId,
      partitionAssigners: [stickyAssigner(() => this.#last)],
      sessionTimeout: this.#sessionTimeoutMs,
      rebalanceTimeout: 15_000,
      heartbeatInterval: HEARTBEAT_INTERVAL_MS,
      maxWaitTimeInMs: LOOP_MS,
      metadataMaxAge: 30_000,
      allowAutoTopicCreation: false,
      retry: {
        initialRetryTime: 100,
        maxRetryTime: 1_000,
        retries: 8,
        // Called for errors that may pass. The group is joined again by a new consumer: kafkajs's own restart keeps what broke the old one.
        restartOnFailure: () => {
          passing = true;
          return Promise.resolve(false);
        },
      },
    });
    this.#consumer = consumer;
    consumer.on('consumer.group_join', ({ payload }) => this.#joined(consumer, payload.memberAssignment));
    consumer.on('consumer.heartbeat', () => {
      this.#lastHeartbeatMs = performance.now();
    });
    consumer.on('consumer.crash', ({ payload }) => this.#crashed(consumer, payload.error, passing));
    try {
      await consumer.connect();
      await consumer.subscribe({ topics: [...topics], fromBeginning: true });
      await consumer.run({ autoCommit: false, eachBatchAutoResolve: false, eachBatch: refuseBatch });
      if (this.#stopped) await consumer.disconnect();
    } catch (error) {
      await consumer.disconnect().catch(() => undefined);
      this.#crashed(consumer, error instanceof Error ? error : new Error(String(error)), mayPass(error));
    }
  }

  #joined(consumer: Consumer, assignment: Readonly<Record<string, number[]>>): void {
    if (consumer !== this.#consumer) return;
    const partitions = Object.entries(assignment).flatMap(([topic, ofTopic]) =>
      ofTopic.map((partition) => ({ topic, partition })),
    );
    consumer.pause(this.#options.topics.map((topic) => ({ topic })));
    clearTimeout(this.#lose);
    this.#failures = 0;
    this.#generation += 1;
    this.#last = { owned: [...new Set(partitions.map(({ partition }) => partition))], ownedSinceMs: Date.now() };
    this.#lastHeartbeatMs = performance.now();
    this.#options.assigned(partitions);
  }

  #crashed(consumer: Consumer, error: Error, passing: boolean): void {
    if (consumer !== this.#consumer) return;
    this.#consumer = null;
    if (!passing && !mayPass(error)) {
      clearTimeout(this.#lose);
      return this.#options.crashed(error);
    }
    // The group keeps a member for a session, and so does the member: what it has is most likely given to it again.
    if (this.#failures === 0) {
      const untilMs = this.#lastHeartbeatMs + 2 * this.#sessionTimeoutMs - performance.now();
      this.#lose = setTimeout(() => this.#options.lost(), Math.max(0, untilMs));
    }
    this.#failures += 1;
    const backoffMs = Math.min(5_000, 100 * 2 ** this.#failures) * (0.5 + Math.random());
    this.#rejoin = setTimeout(() => {
      this.#joining = this.#join();
    }, backoffMs);
  }
}

/** kafkajs marks what may pass, but for one: a coordinator that it could not ask for, because the connection broke at that moment, it takes for none. */
function mayPass(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error.name === 'KafkaJSNumberOfRetriesExceeded' || error.name === 'KafkaJSGroupCoordinatorNotFound') return true;
  return ('retriable' in error && error.retriable === true) || mayPass(error.cause);
}

/** Everything is paused: nothing is ever fetched here. */
function refuseBatch(): Promise<never> {
  return Promise.reject(new Error('A record was delivered to a consumer that is a member only'));
}
