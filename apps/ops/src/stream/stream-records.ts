import type { ProducerRecord } from '#libs/adapters';
import { type Clock, partitionOf, type StopSignal } from '#libs/core';
import type { FileRecord } from '../files/record-line.ts';
import { Pacer } from './pacer.ts';
import { PartitionQueues, type QueueLimits, type Send } from './partition-queues.ts';

/** Records that are handed on at a time. */
const SLICE = 500;

/** What a stream came to. */
export interface StreamSummary {
  /** Records that the topic is certain to have; one that had to be sent again may be there twice. */
  readonly sent: number;
  readonly retries: number;
  readonly interrupted: boolean;
}

export interface StreamOptions {
  readonly partitions: number;
  /** Of every record. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly ratePerSecond: number;
  /** Stops after so many records; Infinity for all. */
  readonly limit: number;
  readonly limits: QueueLimits;
  readonly stopSignal: StopSignal;
  readonly onProgress: (sent: number) => void;
}

/**
 * Sends records to the partitions of their accounts, in order within each, at a rate. A record without an account goes to the partitions in turn. When
 * it is stopped, what was taken from the source is still sent.
 */
export async function streamRecords(
  source: AsyncIterable<readonly FileRecord[]> | Iterable<readonly FileRecord[]>,
  { send, clock }: { readonly send: Send; readonly clock: Clock },
  options: StreamOptions,
): Promise<StreamSummary> {
  const { partitions, headers = {}, limit, limits, stopSignal } = options;
  const queues = new PartitionQueues(send, clock, limits);
  const pacer = new Pacer(options.ratePerSecond, clock, stopSignal);
  let taken = 0;
  for await (const block of source) {
    for (let at = 0; at < block.length && taken < limit && !stopSignal.stopped;) {
      const due = await pacer.due(Math.min(SLICE, block.length - at, limit - taken));
      const slice = block.slice(at, at + due);
      await queues.push(slice.map((record, i) => ({ ...toProducer(record, taken + i, partitions), headers })));
      at += due;
      taken += due;
      options.onProgress(queues.sent);
    }
    if (taken >= limit || stopSignal.stopped) break;
  }
  await queues.drain();
  options.onProgress(queues.sent);
  return { sent: queues.sent, retries: queues.retries, interrupted: stopSignal.stopped };
}

function toProducer({ key, value }: FileRecord, index: number, partitions: number): Omit<ProducerRecord, 'headers'> {
  return {
    partition: key === null ? index % partitions : partitionOf(key, partitions),
    key: key === null ? null : Buffer.from(key, 'latin1'),
    value,
  };
}
