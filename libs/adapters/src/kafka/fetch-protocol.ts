import { ByteReader } from './byte-reader.ts';
import type { AbortedTransaction } from './record-batch-decoder.ts';

/** One partition of a fetch request. */
export interface FetchPosition {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly maxBytes: number;
}

/** One partition of a fetch response; its records are still encoded. */
export interface FetchedPartition {
  readonly topic: string;
  readonly partition: number;
  /** Kafka's error code; 0 is none. With an error the other fields mean nothing. */
  readonly errorCode: number;
  readonly highWatermark: number;
  /** Up to where committed records can be read. */
  readonly lastStableOffset: number;
  readonly lowWatermark: number;
  readonly aborted: readonly AbortedTransaction[];
  readonly recordSet: Buffer;
}

export interface FetchResponse {
  /** For how long the broker's quota wants this client to be silent; kafkajs obeys it under this name. */
  readonly clientSideThrottleTime: number;
  /** An error of the whole request; 0 is none. */
  readonly errorCode: number;
  readonly partitions: readonly FetchedPartition[];
}

/** The body of a Fetch response, version 11. */
export function decodeFetchResponse(bytes: Buffer): FetchResponse {
  const reader = new ByteReader(bytes);
  const clientSideThrottleTime = reader.int32();
  const errorCode = reader.int16();
  reader.skip(4); // fetch session id: none is used
  const partitions: FetchedPartition[] = [];
  for (let topics = reader.int32(); topics > 0; topics -= 1) {
    const topic = reader.text() ?? '';
    for (let left = reader.int32(); left > 0; left -= 1) partitions.push(decodePartition(reader, topic));
  }
  return { clientSideThrottleTime, errorCode, partitions };
}

function decodePartition(reader: ByteReader, topic: string): FetchedPartition {
  const partition = reader.int32();
  const errorCode = reader.int16();
  const highWatermark = reader.int64();
  const lastStableOffset = reader.int64();
  const lowWatermark = reader.int64();
  const aborted: AbortedTransaction[] = [];
  for (let left = reader.int32(); left > 0; left -= 1) {
    aborted.push({ producerId: reader.int64(), firstOffset: reader.int64() });
  }
  reader.skip(4); // preferred read replica: the leader is asked
  const length = reader.int32();
  const recordSet = reader.bytes(Math.max(0, length));
  return { topic, partition, errorCode, highWatermark, lastStableOffset, lowWatermark, aborted, recordSet };
}
