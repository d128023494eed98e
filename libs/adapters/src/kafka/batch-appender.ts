import { type NewLogRecord, TransientFault } from '#libs/core';
import type { ClusterLink } from './cluster-link.ts';
import { withinDeadline } from './deadline.ts';
import { isLeaderError, KafkaError, LEADER_RETRY_MS } from './kafka-error.ts';
import { encodeRecordBatch } from './record-batch-encoder.ts';

interface PendingAppend {
  readonly topic: string;
  readonly partition: number;
  readonly records: readonly NewLogRecord[];
  settled: boolean;
  resolve(baseOffset: number): void;
  reject(error: unknown): void;
}

interface Node {
  readonly waiting: Set<PendingAppend>;
  busy: boolean;
  scheduled: boolean;
  sentAtMs: number;
}

export interface BatchAppenderOptions {
  /** Faults have the codes `<operation>_failed` and `<operation>_too_large`. */
  readonly operation: string;
  /** Bound of one append; default 10,000. */
  readonly deadlineMs?: number;
  /** Least time between two requests to one broker; default 0. Delays appends by half of it and saves requests under load. */
  readonly gapMs?: number;
}

/**
 * Appends record batches, acknowledged by all in-sync replicas. One request per broker is in flight; whatever is asked for meanwhile, and
 * in the same turn, travels together in the next: each partition has its own outcome.
 *
 * Nothing is sent twice: a batch is tried again only after a broker said that it is not the leader, which wrote nothing. So there is no producer id
 * either: kafkajs's idempotence cannot go on after an unknown outcome, and the log's readers ignore what a caller repeats.
 */
export class BatchAppender {
  readonly #link: Pick<ClusterLink, 'leaderOf' | 'produce' | 'markStale'>;
  readonly #options: Required<BatchAppenderOptions>;
  readonly #nodes = new Map<string, Node>();

  constructor(link: Pick<ClusterLink, 'leaderOf' | 'produce' | 'markStale'>, options: BatchAppenderOptions) {
    this.#link = link;
    this.#options = { deadlineMs: 10_000, gapMs: 0, ...options };
  }

  /** Offset of the first record. Two appends to one partition at a time are written in the order of the calls, or one of them fails. */
  async append(topic: string, partition: number, records: readonly NewLogRecord[]): Promise<number> {
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    const append: PendingAppend = { topic, partition, records, settled: false, resolve, reject };
    this.#route(append);
    try {
      return await withinDeadline(promise, {
        deadlineMs: this.#options.deadlineMs,
        code: `${this.#options.operation}_failed`,
      });
    } finally {
      append.settled = true;
    }
  }

  #route(append: PendingAppend): void {
    this.#link.leaderOf(append.topic, append.partition).then(
      (nodeId) => {
        this.#node(nodeId).waiting.add(append);
        this.#schedule(nodeId);
      },
      (error: unknown) => {
        if (isLeaderError(error)) this.#reroute(append);
        else append.reject(error);
      },
    );
  }

  #reroute(append: PendingAppend): void {
    this.#link.markStale();
    setTimeout(() => {
      if (!append.settled) this.#route(append);
    }, LEADER_RETRY_MS);
  }

  #node(nodeId: string): Node {
    const node = this.#nodes.get(nodeId) ?? {
      waiting: new Set(),
      busy: false,
      scheduled: false,
      sentAtMs: Number.NEGATIVE_INFINITY,
    };
    this.#nodes.set(nodeId, node);
    return node;
  }

  #schedule(nodeId: string): void {
    const node = this.#node(nodeId);
    if (node.scheduled || node.busy) return;
    node.scheduled = true;
    const leftMs = node.sentAtMs + this.#options.gapMs - performance.now();
    const send = (): void => {
      node.scheduled = false;
      const appends = takeOnePerPartition(node.waiting);
      if (appends.length === 0) return;
      node.busy = true;
      node.sentAtMs = performance.now();
      void this.#send(nodeId, appends).finally(() => {
        node.busy = false;
        if (node.waiting.size > 0) this.#schedule(nodeId);
      });
    };
    if (leftMs > 0) setTimeout(send, leftMs);
    else setImmediate(send);
  }

  async #send(nodeId: string, appends: readonly PendingAppend[]): Promise<void> {
    try {
      const timestampMs = Date.now();
      const parts = appends.map(({ topic, partition, records }) => ({
        topic,
        partition,
        batch: encodeRecordBatch(records, timestampMs),
      }));
      const response = await this.#link.produce(nodeId, parts);
      const byKey = new Map(response.parts.map((part) => [keyOf(part), part]));
      for (const append of appends) {
        const part = byKey.get(keyOf(append));
        if (part === undefined) throw new Error(`The produce response leaves out ${keyOf(append)}`);
        this.#settle(append, part);
      }
    } catch (error) {
      for (const append of appends) append.reject(error);
      // What was not sent yet may have another leader by now.
      const { waiting } = this.#node(nodeId);
      for (const append of waiting) this.#reroute(append);
      waiting.clear();
    }
  }

  #settle(
    append: PendingAppend,
    { errorCode, baseOffset }: { readonly errorCode: number; readonly baseOffset: number },
  ): void {
    if (errorCode === 0) return append.resolve(baseOffset);
    const error = new KafkaError(errorCode, keyOf(append));
    if (error.isLeaderError) return this.#reroute(append);
    if (error.isTooLarge)
      return append.reject(new TransientFault(`${this.#options.operation}_too_large`, error.message, { cause: error }));
    append.reject(error);
  }
}

function takeOnePerPartition(waiting: Set<PendingAppend>): PendingAppend[] {
  const taken = new Map<string, PendingAppend>();
  for (const append of waiting) {
    const key = keyOf(append);
    if (!append.settled && taken.has(key)) continue;
    waiting.delete(append);
    if (!append.settled) taken.set(key, append);
  }
  return [...taken.values()];
}

function keyOf({ topic, partition }: { readonly topic: string; readonly partition: number }): string {
  return `${topic}/${partition}`;
}
