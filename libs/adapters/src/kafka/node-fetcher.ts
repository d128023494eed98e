import { type LogRecord, OffsetOutOfRange } from '#libs/core';
import type { FetchRequest, Lane } from './cluster-link.ts';
import type { FetchedPartition, FetchResponse } from './fetch-protocol.ts';
import { KafkaError, OFFSET_OUT_OF_RANGE } from './kafka-error.ts';
import { decodeRecordBatches } from './record-batch-decoder.ts';

export interface ReadResult {
  readonly records: readonly LogRecord[];
  readonly nextOffset: number;
  readonly highWatermark: number;
}

/** A call of `read` that waits for its answer. Times are `performance.now()`. */
export interface PendingRead {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly maxBytes: number;
  /** When the caller wants an answer even if there is nothing to read. */
  readonly untilMs: number;
  /** What to ask the broker for; grows when the first batch is larger. */
  fetchBytes: number;
  /** The last response had no room for the first batch: to stand first in the next request, where it is sent whatever its size. */
  starved: boolean;
  /** High watermark of the last response that had nothing for this read; null before the first. */
  emptyAt: number | null;
  /** The caller has its answer: to be dropped. */
  settled: boolean;
  resolve(result: ReadResult): void;
  reject(error: unknown): void;
}

export interface NodeFetcherOptions {
  fetch(lane: Lane, request: FetchRequest): Promise<FetchResponse>;
  /** A read whose partition may have another leader. */
  reroute(read: PendingRead): void;
  readonly readCommitted: boolean;
  /** Bound of one long poll: what a read can wait for when it comes just after one has begun. */
  readonly pollMs: number;
  /** Least time from one request on the fetch lane to the next: fewer and fuller ones under load. */
  readonly gapMs: number;
}

/**
 * Answers the reads of one broker's partitions. All reads that wait share one long poll on the fetch lane. A read that comes while the poll is under
 * way is looked after at once on the main lane, without waiting there, and joins the next poll if there was nothing for it.
 */
export class NodeFetcher {
  readonly #options: NodeFetcherOptions;
  readonly #waiting = new Set<PendingRead>();
  readonly #busy: Record<Lane, boolean> = { fetch: false, main: false };
  #scheduled = false;
  #polledAtMs = Number.NEGATIVE_INFINITY;
  #pause: NodeJS.Timeout | null = null;

  constructor(options: NodeFetcherOptions) {
    this.#options = options;
  }

  add(read: PendingRead): void {
    this.#waiting.add(read);
    this.#schedule();
  }

  /** Requests leave at the end of the turn, so that reads made in one turn travel together. */
  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#dispatch();
    });
  }

  #dispatch(): void {
    for (const read of this.#waiting) if (read.settled) this.#waiting.delete(read);
    if (!this.#busy.fetch && !this.#mustPause()) {
      this.#polledAtMs = performance.now();
      this.#start('fetch', [...this.#waiting]);
    }
    if (this.#busy.main) return;
    // What does not go with a poll wants to know at least what there is now.
    const fresh = [...this.#waiting].filter(
      ({ emptyAt, untilMs }) => emptyAt === null && (this.#busy.fetch || untilMs <= performance.now()),
    );
    this.#start('main', fresh);
  }

  #mustPause(): boolean {
    if (this.#pause !== null) return true;
    const leftMs = this.#polledAtMs + this.#options.gapMs - performance.now();
    if (leftMs <= 0) return false;
    this.#pause = setTimeout(() => {
      this.#pause = null;
      this.#dispatch();
    }, leftMs);
    return true;
  }

  #start(lane: Lane, candidates: readonly PendingRead[]): void {
    const reads = compatible(candidates);
    if (reads.length === 0) return;
    for (const read of reads) this.#waiting.delete(read);
    this.#busy[lane] = true;
    void this.#run(lane, reads).finally(() => {
      this.#busy[lane] = false;
      if (this.#waiting.size > 0) this.#schedule();
    });
  }

  async #run(lane: Lane, reads: readonly PendingRead[]): Promise<void> {
    const earliestMs = Math.min(...reads.map(({ untilMs }) => untilMs));
    const maxWaitMs =
      lane === 'main' ? 0 : Math.max(0, Math.min(this.#options.pollMs, Math.ceil(earliestMs - performance.now())));
    try {
      const { errorCode, partitions } = await this.#options.fetch(lane, {
        positions: positionsOf(reads),
        maxWaitMs,
        readCommitted: this.#options.readCommitted,
      });
      if (errorCode !== 0) throw new KafkaError(errorCode, 'fetch');
      const byKey = new Map(partitions.map((fetched) => [keyOf(fetched), fetched]));
      for (const read of reads) this.#settle(lane, read, byKey.get(keyOf(read)));
    } catch (error) {
      for (const read of reads) settleWith(read, () => read.reject(error));
      for (const read of this.#waiting) this.#options.reroute(read);
      this.#waiting.clear();
    }
  }

  #settle(lane: Lane, read: PendingRead, fetched: FetchedPartition | undefined): void {
    if (read.settled) return;
    if (fetched === undefined) throw new Error(`The fetch response leaves out ${keyOf(read)}`);
    if (fetched.errorCode === OFFSET_OUT_OF_RANGE) {
      const error = new OffsetOutOfRange(`Offset ${read.offset} of ${keyOf(read)} is not in the partition`);
      return settleWith(read, () => read.reject(error));
    }
    if (fetched.errorCode !== 0) {
      const error = new KafkaError(fetched.errorCode, keyOf(read));
      if (error.isLeaderError) return this.#options.reroute(read);
      return settleWith(read, () => read.reject(error));
    }
    try {
      this.#answer(lane, read, fetched);
    } catch (error) {
      settleWith(read, () => read.reject(error));
    }
  }

  #answer(lane: Lane, read: PendingRead, fetched: FetchedPartition): void {
    const { highWatermark, lastStableOffset, recordSet } = fetched;
    const aborted = this.#options.readCommitted ? fetched.aborted : [];
    const decoded = decodeRecordBatches(recordSet, { from: read.offset, maxBytes: read.maxBytes, aborted });
    const { records, nextOffset, neededBytes } = decoded;
    if (nextOffset > read.offset) return settleWith(read, () => read.resolve({ records, nextOffset, highWatermark }));
    if (read.offset < (this.#options.readCommitted ? lastStableOffset : highWatermark)) {
      read.starved = true;
      read.fetchBytes = Math.max(read.fetchBytes, neededBytes);
      this.#waiting.add(read);
      return;
    }
    read.emptyAt = highWatermark;
    if (performance.now() >= read.untilMs) return answerEmpty(read);
    this.#waiting.add(read);
    if (lane === 'main') this.#answerWhenDue(read);
  }

  /** The poll under way does not know of this read and can end after it is due. */
  #answerWhenDue(read: PendingRead): void {
    const answer = (): void => {
      if (this.#waiting.has(read)) answerEmpty(read);
    };
    setTimeout(answer, Math.max(0, read.untilMs - performance.now())).unref();
  }
}

/** At most one offset per partition: a fetch request cannot hold two. Those left out wait for the next; so do those that came later, in turn. */
function compatible(reads: readonly PendingRead[]): PendingRead[] {
  const offsets = new Map<string, number>();
  return reads.filter((read) => {
    const key = keyOf(read);
    if (!offsets.has(key)) offsets.set(key, read.offset);
    return offsets.get(key) === read.offset;
  });
}

function positionsOf(reads: readonly PendingRead[]): FetchRequest['positions'] {
  const positions = new Map<string, PendingRead>();
  for (const read of reads) {
    const other = positions.get(keyOf(read));
    if (other === undefined || other.fetchBytes < read.fetchBytes) positions.set(keyOf(read), read);
  }
  return [...positions.values()]
    .toSorted((a, b) => Number(b.starved) - Number(a.starved))
    .map(({ topic, partition, offset, fetchBytes }) => ({ topic, partition, offset, maxBytes: fetchBytes }));
}

function keyOf({ topic, partition }: { readonly topic: string; readonly partition: number }): string {
  return `${topic}/${partition}`;
}

function settleWith(read: PendingRead, answer: () => void): void {
  if (read.settled) return;
  read.settled = true;
  answer();
}

function answerEmpty(read: PendingRead): void {
  settleWith(read, () =>
    read.resolve({ records: [], nextOffset: read.offset, highWatermark: read.emptyAt ?? read.offset }),
  );
}
