import { assert, type DecisionLog, type LogRecord, type NewLogRecord, type Watermarks } from '#libs/core';
import { BatchAppender } from './batch-appender.ts';
import { ClusterLink } from './cluster-link.ts';
import { withinDeadline } from './deadline.ts';
import { createKafka, type KafkaLog, type KafkaSettings } from './kafka-client.ts';
import { PartitionReader } from './partition-reader.ts';

export interface KafkaDecisionLogOptions {
  readonly kafka: KafkaSettings;
  readonly topic: string;
  readonly log?: KafkaLog;
  /** Bound of one append, and of what a read or a look at the watermarks may take beyond its wait; default 10,000. */
  readonly deadlineMs?: number;
  /** Bound of one long poll; default 100. A read that comes during a poll and finds nothing is looked after again only when the poll ends. */
  readonly pollMs?: number;
  /** Least time between two requests of a kind to one broker; default 0. Delays each record by half of it, twice, and saves CPU under load. */
  readonly gapMs?: number;
}

/**
 * The decision log on one Kafka topic. Reading and appending have connections of their own, because Kafka answers each connection in order.
 * It connects when first used and again whenever it must; the process closes it after everything that reads or appends has stopped.
 *
 * Reads see what is replicated, in open transactions too. Faults: `read_failed`, `watermarks_failed`, `append_failed`; `append_too_large` when the
 * topic does not take the batch: it would fail in the same way for ever.
 */
export class KafkaDecisionLog implements DecisionLog {
  readonly topic: string;
  readonly #deadlineMs: number;
  readonly #readLink: ClusterLink;
  readonly #appendLink: ClusterLink;
  readonly #reader: PartitionReader;
  readonly #appender: BatchAppender;
  readonly #appending = new Set<number>();

  constructor({ kafka, topic, log, deadlineMs = 10_000, pollMs = 100, gapMs = 0 }: KafkaDecisionLogOptions) {
    const requestTimeoutMs = Math.min(deadlineMs, kafka.requestTimeoutMs ?? deadlineMs);
    const client = createKafka({ ...kafka, requestTimeoutMs }, log);
    this.topic = topic;
    this.#deadlineMs = deadlineMs;
    this.#readLink = new ClusterLink(client, { requestTimeoutMs });
    this.#appendLink = new ClusterLink(client, { requestTimeoutMs });
    this.#reader = new PartitionReader(this.#readLink, { readCommitted: false, pollMs, gapMs, deadlineMs });
    this.#appender = new BatchAppender(this.#appendLink, { operation: 'append', deadlineMs, gapMs });
  }

  /** Connects now instead of at the first use; rejects with `TransientFault('connect_failed')` when there is no Kafka. */
  async connect(): Promise<void> {
    const links = [this.#readLink, this.#appendLink].map((link) => link.connect([this.topic]));
    await withinDeadline(Promise.all(links), { deadlineMs: this.#deadlineMs, code: 'connect_failed' });
  }

  async watermarks(partition: number): Promise<Watermarks> {
    const work = this.#readLink.watermarks(this.topic, partition);
    return withinDeadline(work, { deadlineMs: this.#deadlineMs, code: 'watermarks_failed' });
  }

  async read(
    partition: number,
    offset: number,
    options: { readonly maxBytes: number; readonly maxWaitMs: number },
  ): Promise<{ readonly records: readonly LogRecord[]; readonly nextOffset: number; readonly highWatermark: number }> {
    return this.#reader.read({ topic: this.topic, partition, offset, ...options });
  }

  async append(partition: number, records: readonly NewLogRecord[]): Promise<void> {
    assert(!this.#appending.has(partition), `one append in flight for partition ${partition}`);
    if (records.length === 0) return;
    this.#appending.add(partition);
    try {
      await this.#appender.append(this.topic, partition, records);
    } finally {
      this.#appending.delete(partition);
    }
  }

  /** Rejects the reads that wait, lets an append under way end, and disconnects. */
  async close(): Promise<void> {
    this.#reader.close();
    await Promise.all([this.#readLink.close(), this.#appendLink.close()]);
  }
}
