import { TransientFault } from '#libs/core';
import type { ClusterLink } from './cluster-link.ts';
import { asTransientFault, withinDeadline } from './deadline.ts';
import { isLeaderError, LEADER_RETRY_MS } from './kafka-error.ts';
import { NodeFetcher, type PendingRead, type ReadResult } from './node-fetcher.ts';
import { UnreadableBatch } from './record-batch-decoder.ts';

/** Asking for less saves nothing: a broker sends whole batches. */
const MIN_FETCH_BYTES = 64 * 1024;

export interface ReadRequest {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly maxBytes: number;
  readonly maxWaitMs: number;
}

export interface PartitionReaderOptions {
  /** Hides records of transactions that are open or aborted. */
  readonly readCommitted: boolean;
  /** Bound of one long poll; default 100. An idle reader costs one request a poll and broker. */
  readonly pollMs?: number;
  /** Least time between two polls of one broker; default 0. Delays records by half of it and saves requests under load. */
  readonly gapMs?: number;
  /** Bound of a read beyond its `maxWaitMs`; default 15,000. */
  readonly deadlineMs?: number;
}

/**
 * Reads partitions by offset, any number at a time, without a consumer group. Reads of one broker travel in one request.
 * `read` rejects with `OffsetOutOfRange`, with `UnreadableBatch`, or with `TransientFault('read_failed')`; a change of leader is followed silently
 * while the deadline lasts.
 */
export class PartitionReader {
  readonly #link: Pick<ClusterLink, 'leaderOf' | 'fetch' | 'markStale'>;
  readonly #options: Required<PartitionReaderOptions>;
  readonly #nodes = new Map<string, NodeFetcher>();
  readonly #pending = new Set<PendingRead>();
  #closed = false;

  constructor(link: Pick<ClusterLink, 'leaderOf' | 'fetch' | 'markStale'>, options: PartitionReaderOptions) {
    this.#link = link;
    this.#options = { pollMs: 100, gapMs: 0, deadlineMs: 15_000, ...options };
  }

  async read({ maxWaitMs, ...asked }: ReadRequest): Promise<ReadResult> {
    if (this.#closed) throw closedFault();
    const { promise, resolve, reject } = Promise.withResolvers<ReadResult>();
    const read: PendingRead = {
      ...asked,
      untilMs: performance.now() + maxWaitMs,
      fetchBytes: Math.max(asked.maxBytes, MIN_FETCH_BYTES),
      starved: false,
      emptyAt: null,
      settled: false,
      resolve,
      reject: (error) => reject(isTold(error) ? error : asTransientFault(error, 'read_failed')),
    };
    this.#pending.add(read);
    this.#route(read);
    try {
      return await withinDeadline(promise, {
        deadlineMs: maxWaitMs + this.#options.deadlineMs,
        code: 'read_failed',
        passes: isTold,
      });
    } finally {
      read.settled = true;
      this.#pending.delete(read);
    }
  }

  /** Rejects the reads that wait, and all later ones. The link is the caller's to close. */
  close(): void {
    this.#closed = true;
    for (const read of this.#pending) read.reject(closedFault());
  }

  #route(read: PendingRead): void {
    this.#link.leaderOf(read.topic, read.partition).then(
      (nodeId) => this.#node(nodeId).add(read),
      (error: unknown) => {
        if (isLeaderError(error)) this.#reroute(read);
        else read.reject(error);
      },
    );
  }

  #reroute(read: PendingRead): void {
    this.#link.markStale();
    setTimeout(() => {
      if (!read.settled) this.#route(read);
    }, LEADER_RETRY_MS);
  }

  #node(nodeId: string): NodeFetcher {
    const known = this.#nodes.get(nodeId);
    if (known !== undefined) return known;
    const made = new NodeFetcher({
      fetch: (lane, request) => this.#link.fetch(nodeId, lane, request),
      reroute: (read) => this.#reroute(read),
      readCommitted: this.#options.readCommitted,
      pollMs: this.#options.pollMs,
      gapMs: this.#options.gapMs,
    });
    this.#nodes.set(nodeId, made);
    return made;
  }
}

/** What the reader tells its callers as it is, not as a passing fault. */
function isTold(error: unknown): boolean {
  return error instanceof UnreadableBatch || (error instanceof Error && error.name === 'OffsetOutOfRange');
}

function closedFault(): TransientFault {
  return new TransientFault('read_failed', 'The reader is closed');
}
