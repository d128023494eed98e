import { setTimeout as delay } from 'node:timers/promises';
import type { Kafka } from 'kafkajs';
import { bounded, DeadlineExceeded } from './deadline.ts';
import { decodeFetchResponse, type FetchPosition, type FetchResponse } from './fetch-protocol.ts';
import { DEFAULT_REQUEST_TIMEOUT_MS } from './kafka-client.ts';
import { isLeaderError, LEADER_RETRY_MS } from './kafka-error.ts';
import { type Broker, type Cluster, clusterOf, fetchRequestV11, type RequestOf } from './kafkajs-internals.ts';
import {
  decodeProduceResponse,
  encodeProduceRequest,
  type ProducePart,
  type ProduceResponse,
} from './produce-protocol.ts';
import { METADATA_MAX_AGE_MS, TopicLeaders } from './topic-leaders.ts';

/** kafkajs keeps two connections to each broker; it uses the second for fetches alone. */
export type Lane = 'main' | 'fetch';

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
  readonly #leaders: TopicLeaders;
  readonly #requestTimeoutMs: number;
  readonly #connecting = new Map<string, Promise<Broker>>();

  constructor(kafka: Kafka, options: { readonly requestTimeoutMs?: number | undefined } = {}) {
    this.#cluster = clusterOf(kafka, { metadataMaxAge: METADATA_MAX_AGE_MS, allowAutoTopicCreation: false });
    this.#requestTimeoutMs = options.requestTimeoutMs ?? DEFAULT_REQUEST_TIMEOUT_MS;
    this.#leaders = new TopicLeaders(this.#cluster, this.#requestTimeoutMs);
  }

  /** Connects and loads the metadata of `topics`. Not needed, but fails where a first use would. */
  async connect(topics: readonly string[]): Promise<void> {
    await this.#leaders.load(topics);
  }

  /** Node id of the partition's leader. Rejects with an error for which `isLeaderError` holds when there is none now. */
  async leaderOf(topic: string, partition: number): Promise<string> {
    return this.#leaders.leaderOf(topic, partition);
  }

  /** Number of partitions of a topic; 0 when there is no such topic. */
  async partitionCount(topic: string): Promise<number> {
    return this.#leaders.partitionCount(topic);
  }

  /** Has the metadata loaded again at the next use. */
  markStale(): void {
    this.#leaders.markStale();
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
    const closed = this.#leaders.close();
    await this.#cluster.disconnect();
    // Whatever was connecting meanwhile may have connected.
    await Promise.allSettled([closed, ...this.#connecting.values()]);
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
      this.#leaders.markStale(nodeId);
      throw error;
    }
  }

  async #send<T>(
    nodeId: string,
    lane: Lane,
    { request, requestTimeout, decode }: { request: RequestOf; requestTimeout: number; decode: (bytes: Buffer) => T },
  ): Promise<T> {
    const used: { broker?: Broker } = {};
    const exchange = async (): Promise<T> => {
      used.broker = await this.#broker(nodeId);
      const connection = await used.broker.connectionPool.getConnection(lane === 'fetch' ? 1 : 0);
      const response = { decode: async (bytes: Buffer) => decode(bytes), parse: async (data: T) => data };
      return connection.send({ request, response, requestTimeout, logResponseError: false });
    };
    try {
      // kafkajs has its own timer, but not for a request on a connection that goes away in the same moment.
      return await bounded(exchange(), requestTimeout + 1_000);
    } catch (error) {
      this.#leaders.markStale(nodeId);
      // Connections to a host that is silent for so long may lead nowhere; left open, they would be asked for metadata too.
      if (isTimeout(error)) used.broker?.connectionPool.map(({ socket }) => socket?.destroy(error));
      throw error;
    }
  }

  /** One try at a time: each that fails in kafkajs closes the connection under the others. */
  #broker(nodeId: string): Promise<Broker> {
    const known = this.#connecting.get(nodeId);
    if (known !== undefined) return known;
    const connecting = bounded(this.#cluster.findBroker({ nodeId }), this.#requestTimeoutMs).finally(() =>
      this.#connecting.delete(nodeId),
    );
    this.#connecting.set(nodeId, connecting);
    return connecting;
  }
}

function isTimeout(error: unknown): error is Error {
  return error instanceof DeadlineExceeded || (error instanceof Error && error.name === 'KafkaJSRequestTimeoutError');
}
