import { setTimeout as delay } from 'node:timers/promises';
import type { Kafka } from 'kafkajs';
import { withinDeadline } from './deadline.ts';
import { decodeFetchResponse, type FetchPosition, type FetchResponse } from './fetch-protocol.ts';
import { DEFAULT_REQUEST_TIMEOUT_MS } from './kafka-client.ts';
import { isLeaderError, KafkaError, LEADER_RETRY_MS } from './kafka-error.ts';
import {
  type Broker,
  type Cluster,
  clusterOf,
  type Connection,
  fetchRequestV11,
  type ProtocolRequest,
  type RequestOf,
} from './kafkajs-internals.ts';
import {
  decodeProduceResponse,
  encodeProduceRequest,
  type ProducePart,
  type ProduceResponse,
} from './produce-protocol.ts';

/** kafkajs keeps two connections to each broker; it uses the second for fetches alone. */
export type Lane = 'main' | 'fetch';

const METADATA_MAX_AGE_MS = 30_000;
/** After metadata could not be had, the old one is used for so long before the next try. */
const METADATA_RETRY_MS = 250;
const EARLIEST = -2;
const LATEST = -1;
/** Bound of a whole fetch response; a first batch that is larger is sent all the same. */
const MAX_RESPONSE_BYTES = 32 * 1024 * 1024;

export interface FetchRequest {
  readonly positions: readonly FetchPosition[];
  readonly maxWaitMs: number;
  readonly readCommitted: boolean;
}

/**
 * Requests to the leaders of some topics' partitions, past kafkajs's consumer and producer: neither reads without a group nor says which partition
 * failed. Uses connections, authentication and metadata of kafkajs 2.2.4's inside. Connects when first used. Errors are kafkajs's or `KafkaError`;
 * after any of them the metadata is asked for anew before the next use.
 */
export class ClusterLink {
  readonly #cluster: Cluster;
  readonly #topics = new Set<string>();
  readonly #requestTimeoutMs: number;
  #leaders = new Map<string, ReadonlyMap<number, string>>();
  #freshUntilMs = 0;
  #closed = false;
  #refreshing: Promise<void> | null = null;
  readonly #connecting = new Map<string, Promise<Broker>>();

  constructor(kafka: Kafka, options: { readonly requestTimeoutMs?: number | undefined } = {}) {
    this.#cluster = clusterOf(kafka, { metadataMaxAge: METADATA_MAX_AGE_MS, allowAutoTopicCreation: false });
    this.#requestTimeoutMs = options.requestTimeoutMs ?? DEFAULT_REQUEST_TIMEOUT_MS;
  }

  /** Connects and loads the metadata of `topics`. Not needed, but fails where a first use would. */
  async connect(topics: readonly string[]): Promise<void> {
    for (const topic of topics) this.#topics.add(topic);
    await this.#refresh();
  }

  /** Node id of the partition's leader. */
  async leaderOf(topic: string, partition: number): Promise<string> {
    await this.#ensureFresh(topic);
    const leader = this.#leaders.get(topic)?.get(partition);
    if (leader !== undefined && leader !== '-1') return leader;
    this.markStale();
    throw new KafkaError(leader === undefined ? 3 : 5, `${topic}/${partition}`);
  }

  /** Number of partitions of a topic, as of the last metadata; 0 when there is no such topic. */
  async partitionCount(topic: string): Promise<number> {
    await this.#ensureFresh(topic);
    return this.#leaders.get(topic)?.size ?? 0;
  }

  /** Has the metadata loaded again before the next use. */
  markStale(): void {
    this.#freshUntilMs = 0;
  }

  async fetch(nodeId: string, lane: Lane, request: FetchRequest): Promise<FetchResponse> {
    const topics = [...Map.groupBy(request.positions, ({ topic }) => topic)].map(([topic, positions]) => ({
      topic,
      partitions: positions.map(({ partition, offset, maxBytes }) => ({ partition, fetchOffset: offset, maxBytes })),
    }));
    const built = fetchRequestV11({
      replicaId: -1,
      isolationLevel: request.readCommitted ? 1 : 0,
      maxWaitTime: request.maxWaitMs,
      minBytes: 1,
      maxBytes: MAX_RESPONSE_BYTES,
      topics,
      rackId: '',
    });
    const timeoutMs = this.#requestTimeoutMs + request.maxWaitMs;
    return this.#send(nodeId, lane, { request: built.request, requestTimeout: timeoutMs, decode: decodeFetchResponse });
  }

  async produce(nodeId: string, parts: readonly ProducePart[]): Promise<ProduceResponse> {
    const bytes = encodeProduceRequest(parts, this.#requestTimeoutMs);
    const request: RequestOf = {
      apiKey: 0,
      apiVersion: 7,
      apiName: 'Produce',
      expectResponse: () => true,
      encode: () => Promise.resolve({ buf: bytes, buffer: bytes }),
    };
    return this.#send(nodeId, 'main', {
      request,
      requestTimeout: this.#requestTimeoutMs,
      decode: decodeProduceResponse,
    });
  }

  /** First offset kept and high watermark. Follows a change of leader for as long as one request may take. */
  async watermarks(topic: string, partition: number): Promise<{ low: number; high: number }> {
    const untilMs = performance.now() + this.#requestTimeoutMs;
    for (;;) {
      try {
        const nodeId = await this.leaderOf(topic, partition);
        const [low, high] = await Promise.all([
          this.#listOffset(nodeId, topic, { partition, timestamp: EARLIEST }),
          this.#listOffset(nodeId, topic, { partition, timestamp: LATEST }),
        ]);
        return { low, high: Math.max(low, high) };
      } catch (error) {
        if (!isLeaderError(error) || performance.now() >= untilMs) throw error;
        await delay(LEADER_RETRY_MS);
      }
    }
  }

  /** Waits for what is in flight, or for its deadline. Every later use rejects. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#cluster.disconnect();
    // Whatever was connecting meanwhile may have connected.
    await Promise.allSettled([this.#refreshing, ...this.#connecting.values()]);
    await this.#cluster.disconnect();
  }

  async #listOffset(nodeId: string, topic: string, asked: { partition: number; timestamp: number }): Promise<number> {
    try {
      const broker = await this.#broker(nodeId);
      const { responses } = await broker.listOffsets({
        replicaId: -1,
        isolationLevel: 0,
        topics: [{ topic, partitions: [asked] }],
      });
      return Number(responses[0]!.partitions[0]!.offset);
    } catch (error) {
      this.markStale();
      throw error;
    }
  }

  async #send<T>(
    nodeId: string,
    lane: Lane,
    { request, requestTimeout, decode }: { request: RequestOf; requestTimeout: number; decode: (bytes: Buffer) => T },
  ): Promise<T> {
    let connection: Connection | undefined;
    try {
      const broker = await this.#broker(nodeId);
      connection = await broker.connectionPool.getConnection(lane === 'fetch' ? 1 : 0);
      const response = { decode: async (bytes: Buffer) => decode(bytes), parse: async (data: T) => data };
      const protocolRequest: ProtocolRequest<T> = { request, response, requestTimeout, logResponseError: false };
      return await connection.send(protocolRequest);
    } catch (error) {
      this.markStale();
      // A connection that is silent for so long may lead nowhere: the host can be gone without a word.
      if (error instanceof Error && error.name === 'KafkaJSRequestTimeoutError') connection?.socket?.destroy(error);
      throw error;
    }
  }

  /** One try at a time: each that fails in kafkajs closes the connection under the others. */
  #broker(nodeId: string): Promise<Broker> {
    const connecting =
      this.#connecting.get(nodeId) ??
      this.#cluster.findBroker({ nodeId }).finally(() => this.#connecting.delete(nodeId));
    this.#connecting.set(nodeId, connecting);
    return connecting;
  }

  async #ensureFresh(topic: string): Promise<void> {
    if (this.#closed) throw new Error('The connection to Kafka is closed');
    if (this.#topics.has(topic) && performance.now() < this.#freshUntilMs) return;
    this.#topics.add(topic);
    await this.#refresh();
  }

  #refresh(): Promise<void> {
    this.#refreshing ??= this.#load().finally(() => (this.#refreshing = null));
    return this.#refreshing;
  }

  async #load(): Promise<void> {
    try {
      await withinDeadline(this.#loadMetadata(), { deadlineMs: this.#requestTimeoutMs, code: 'metadata_failed' });
      this.#freshUntilMs = performance.now() + METADATA_MAX_AGE_MS;
    } catch (error) {
      // One leaderless partition fails kafkajs's metadata as a whole: the others go on with what was known.
      if (this.#leaders.size === 0) throw error;
      this.#freshUntilMs = performance.now() + METADATA_RETRY_MS;
    }
  }

  async #loadMetadata(): Promise<void> {
    await this.#cluster.connect();
    let missing: Error | null = null;
    for (const topic of this.#topics) {
      // One by one: a topic that is not there fails kafkajs's request for all of them.
      await this.#cluster.addMultipleTargetTopics([topic]).catch((error: Error) => {
        if (!isLeaderError(error)) throw error;
        missing = error;
      });
    }
    await this.#cluster.refreshMetadata();
    for (const topic of this.#topics) {
      const partitions = this.#cluster.findTopicPartitionMetadata(topic);
      this.#leaders.set(topic, new Map(partitions.map(({ partitionId, leader }) => [partitionId, String(leader)])));
    }
    if (missing !== null) throw missing as Error;
  }
}
