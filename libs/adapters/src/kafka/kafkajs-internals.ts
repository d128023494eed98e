import { createRequire } from 'node:module';
import type { Socket } from 'node:net';
import type { Kafka } from 'kafkajs';
import { assertKnownVersion } from './kafkajs-patches.ts';

/** What this folder uses of kafkajs's inside, as it is in version 2.2.4; none of it is in kafkajs's own types. */
export interface Cluster {
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  addMultipleTargetTopics(topics: string[]): Promise<void>;
  refreshMetadata(): Promise<void>;
  findTopicPartitionMetadata(topic: string): readonly { readonly partitionId: number; readonly leader: number }[];
  /** Connects the broker if it is not; throws when the metadata does not know it. */
  findBroker(node: { nodeId: string }): Promise<Broker>;
}

export interface Broker {
  readonly connectionPool: {
    getConnection(index: 0 | 1): Promise<Connection>;
    map(visit: (connection: Connection) => void): void;
  };
  listOffsets(request: {
    replicaId: number;
    isolationLevel: number;
    topics: { topic: string; partitions: { partition: number; timestamp: number }[] }[];
  }): Promise<{ responses: readonly { readonly partitions: readonly { readonly offset: string }[] }[] }>;
}

export interface Connection {
  readonly socket: Socket | undefined;
  /** Rejects when the connection closes, or when there is no answer within `requestTimeout` or the client's own, whichever is longer. */
  send<T>(protocolRequest: ProtocolRequest<T>): Promise<T>;
}

export interface RequestOf {
  readonly apiKey: number;
  readonly apiVersion: number;
  readonly apiName: string;
  expectResponse?(): boolean;
  encode(): Promise<{ readonly buf: Buffer; readonly buffer: Buffer }>;
}

export interface ProtocolRequest<T> {
  readonly request: RequestOf;
  readonly response: { decode(bytes: Buffer): Promise<T>; parse(decoded: T): Promise<T> };
  readonly requestTimeout: number;
  readonly logResponseError: boolean;
}

type CreateCluster = (options: { metadataMaxAge: number; allowAutoTopicCreation: boolean }) => Cluster;

const require = createRequire(import.meta.url);

/** A cluster object with the settings of `kafka`: connections and metadata of its own. */
export function clusterOf(kafka: Kafka, options: Parameters<CreateCluster>[0]): Cluster {
  assertKnownVersion();
  const symbol = Object.getOwnPropertySymbols(kafka).find(
    ({ description }) => description === 'private:Kafka:createCluster',
  );
  if (symbol === undefined) throw new Error('kafkajs has no createCluster inside: is its version still the known one?');
  return (kafka as unknown as Record<symbol, CreateCluster>)[symbol]!(options);
}

type FetchBuilder = (request: {
  replicaId: number;
  isolationLevel: number;
  maxWaitTime: number;
  minBytes: number;
  maxBytes: number;
  topics: readonly {
    topic: string;
    partitions: readonly { partition: number; fetchOffset: number; maxBytes: number }[];
  }[];
  rackId: string;
}) => { readonly request: RequestOf };

/** kafkajs's builder of Fetch requests, version 11 (Kafka 2.3 and later). */
export const fetchRequestV11 = (
  require('kafkajs/src/protocol/requests/fetch') as {
    protocol(asked: { version: number }): FetchBuilder;
  }
).protocol({ version: 11 });
