import type { NewLogRecord } from '#libs/core';
import { BatchAppender } from './batch-appender.ts';
import { ClusterLink } from './cluster-link.ts';
import { withinDeadline } from './deadline.ts';
import { createKafka, type KafkaLog, type KafkaSettings } from './kafka-client.ts';
import { recordBatchBytes } from './record-batch-encoder.ts';

/** A record for one partition; the sender computes which (`partitionOf`). */
export interface ProducerRecord extends NewLogRecord {
  readonly partition: number;
}

export interface KafkaProducerOptions {
  readonly kafka: KafkaSettings;
  readonly log?: KafkaLog;
  /** Bound of one batch to one partition; default 10,000. */
  readonly deadlineMs?: number;
  /** Larger sends are cut; must be below the topics' `max.message.bytes`. Default 192 KiB, for 256 KiB. */
  readonly maxBatchBytes?: number;
}

/** Sends records to any topic: forwards, dead letters, tools. Connects when first used; any number of sends at a time. */
export class KafkaProducer {
  readonly #link: ClusterLink;
  readonly #appender: BatchAppender;
  readonly #deadlineMs: number;
  readonly #maxBatchBytes: number;

  constructor({ kafka, log, deadlineMs = 10_000, maxBatchBytes = 192 * 1024 }: KafkaProducerOptions) {
    this.#link = new ClusterLink(createKafka(kafka, log), { requestTimeoutMs: kafka.requestTimeoutMs ?? deadlineMs });
    this.#appender = new BatchAppender(this.#link, { operation: 'send', deadlineMs });
    this.#deadlineMs = deadlineMs;
    this.#maxBatchBytes = maxBatchBytes;
  }

  /** Rejects with `TransientFault('send_failed')` when there is no Kafka; 0 when there is no such topic. */
  async partitionCount(topic: string): Promise<number> {
    const work = this.#link.partitionCount(topic);
    return withinDeadline(work, { deadlineMs: this.#deadlineMs, code: 'send_failed' });
  }

  /**
   * Resolves when all in-sync replicas have all records, in the given order within each partition. Rejects with `TransientFault` (`send_failed`;
   * `send_too_large` for a record that the topic never takes) when that is not certain for some: any of them may have been written then.
   */
  async send(topic: string, records: readonly ProducerRecord[]): Promise<void> {
    const byPartition = Map.groupBy(records, ({ partition }) => partition);
    const results = await Promise.allSettled(
      [...byPartition].map(async ([partition, ofPartition]) => {
        for (const batch of this.#cut(ofPartition)) await this.#appender.append(topic, partition, batch);
      }),
    );
    const failed = results.find((result) => result.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  }

  /** Lets sends under way end, and disconnects. */
  async close(): Promise<void> {
    await this.#link.close();
  }

  *#cut(records: readonly ProducerRecord[]): Generator<ProducerRecord[]> {
    let batch: ProducerRecord[] = [];
    let bytes = 0;
    for (const record of records) {
      const size = recordBatchBytes([record]);
      if (batch.length > 0 && bytes + size > this.#maxBatchBytes) {
        yield batch;
        batch = [];
        bytes = 0;
      }
      batch.push(record);
      bytes += size;
    }
    if (batch.length > 0) yield batch;
  }
}
