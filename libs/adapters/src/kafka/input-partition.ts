import { assert, type Clock, type LogRecord, OffsetOutOfRange, TransientFault } from '#libs/core';
import type { TopicPartition } from './group-membership.ts';
import type { ReadResult } from './node-fetcher.ts';
import type { PartitionReader } from './partition-reader.ts';

/** Records of one partition, next to each other, to be handled as one. */
export interface InputBatch extends TopicPartition {
  /** Where the batch before ended, or where delivery was started: holes between it and the first record are part of this batch. */
  readonly from: number;
  /** Where the batch ends: handled up to here, everything in it is. */
  readonly to: number;
  /** At least one. Keys and values are views of a larger buffer: copy what is kept for long. */
  readonly records: readonly LogRecord[];
  /** As of when the last of the records was fetched. */
  readonly highWatermark: number;
  /** Delivery was stopped, moved or lost since: what the handler returns will be ignored, and the rest of the batch may be left undone. */
  isStale(): boolean;
}

export interface InputPartitionOptions extends TopicPartition {
  readonly reader: Pick<PartitionReader, 'read'>;
  readonly clock: Pick<Clock, 'sleep' | 'random'>;
  readonly maxRecords: number;
  /** What one fetch asks for, and what may lie fetched and not yet delivered before fetching waits. */
  readonly maxBytes: number;
  /** Waits before taking a batch that would not be full. */
  readonly lingerMs: number;
  onBatch(batch: InputBatch): Promise<{ readonly next: number }>;
  /** The position is not in the partition: nothing is delivered until it is started elsewhere. */
  onOutOfRange(offset: number): void;
  /** A record that cannot be read, or a handler that failed. */
  onCrash(error: unknown): void;
  onFetched(): void;
}

const READ_WAIT_MS = 1_000;
const BACKOFF_MS = 200;

/**
 * Delivers one partition from an offset on, one batch at a time, fetching ahead while a batch is handled. Made for one stretch of delivery: to move
 * it elsewhere, stop this one and make another.
 */
export class InputPartition {
  readonly #options: InputPartitionOptions;
  #from: number;
  #fetchedTo: number;
  #buffer: LogRecord[] = [];
  #bufferedBytes = 0;
  #highWatermark = 0;
  #stopped = false;
  #fetching = false;
  #moves = 0;
  #onMove: () => void = () => undefined;
  #waiters: (() => void)[] = [];

  constructor(options: InputPartitionOptions, offset: number) {
    this.#options = options;
    this.#from = this.#fetchedTo = offset;
    void this.#run(() => this.#fetch());
    void this.#run(() => this.#deliver());
  }

  /** Up to where everything was handled. */
  get position(): number {
    return this.#from;
  }

  /** Whether records are being asked for: not stopped, and not waiting for those that were fetched to be handled. */
  get isFetching(): boolean {
    return this.#fetching && !this.#stopped;
  }

  stop(): void {
    this.#stopped = true;
    this.#noteMove();
  }

  async #run(loop: () => Promise<void>): Promise<void> {
    try {
      await loop();
    } catch (error) {
      if (this.#stopped) return;
      this.stop();
      if (error instanceof OffsetOutOfRange) this.#options.onOutOfRange(this.#fetchedTo);
      else this.#options.onCrash(error);
    }
  }

  async #fetch(): Promise<void> {
    const { topic, partition, reader, clock, maxBytes } = this.#options;
    while (!this.#stopped) {
      this.#fetching = this.#bufferedBytes < maxBytes;
      if (!this.#fetching) {
        await this.#change();
        continue;
      }
      const moves = this.#moves;
      const offset = this.#fetchedTo;
      const reading = reader.read({ topic, partition, offset, maxBytes, maxWaitMs: READ_WAIT_MS });
      try {
        const read = await this.#unlessMoved(reading);
        // A move can also come between the end of the read and this line.
        if (read === null || moves !== this.#moves) continue;
        this.#options.onFetched();
        this.#fetchedTo = read.nextOffset;
        this.#highWatermark = read.highWatermark;
        for (const record of read.records) this.#push(record);
        this.#changed();
      } catch (error) {
        if (!(error instanceof TransientFault)) throw error;
        await clock.sleep(BACKOFF_MS * (0.5 + clock.random()));
      }
    }
  }

  /** What was read, or null at once when it is not wanted any more. */
  #unlessMoved(reading: Promise<ReadResult>): Promise<ReadResult | null> {
    return new Promise((resolve, reject) => {
      this.#onMove = () => resolve(null);
      reading.then(resolve, reject);
    });
  }

  async #deliver(): Promise<void> {
    const { maxRecords, lingerMs, clock } = this.#options;
    while (!this.#stopped) {
      if (this.#buffer.length === 0) {
        await this.#change();
        if (lingerMs > 0 && this.#buffer.length < maxRecords) await clock.sleep(lingerMs);
        continue;
      }
      const batch = this.#take();
      const { next } = await this.#options.onBatch(batch);
      if (this.#stopped) return;
      assert(Number.isSafeInteger(next) && next >= 0, `an offset to go on from, not ${next}`);
      this.#from = next;
      if (next !== batch.to) this.#move(next);
    }
  }

  #push(record: LogRecord): void {
    this.#buffer.push(record);
    this.#bufferedBytes += sizeOf(record);
  }

  #take(): InputBatch {
    const { topic, partition, maxRecords } = this.#options;
    const records = this.#buffer.splice(0, maxRecords);
    for (const record of records) this.#bufferedBytes -= sizeOf(record);
    const to = this.#buffer[0]?.offset ?? this.#fetchedTo;
    this.#changed();
    const isStale = (): boolean => this.#stopped;
    return { topic, partition, from: this.#from, to, records, highWatermark: this.#highWatermark, isStale };
  }

  #move(offset: number): void {
    this.#buffer = [];
    this.#bufferedBytes = 0;
    this.#fetchedTo = offset;
    this.#noteMove();
  }

  #noteMove(): void {
    this.#moves += 1;
    this.#onMove();
    this.#changed();
  }

  /** The next change of the buffer, or the stop. */
  #change(): Promise<void> {
    return new Promise((resolve) => this.#waiters.push(resolve));
  }

  #changed(): void {
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const wake of waiters) wake();
  }
}

function sizeOf({ key, value }: LogRecord): number {
  return (key?.byteLength ?? 0) + (value?.byteLength ?? 0);
}
