import { ByteReader } from './byte-reader.ts';

/** One partition of a produce request: an encoded record batch. */
export interface ProducePart {
  readonly topic: string;
  readonly partition: number;
  readonly batch: Buffer;
}

/** One partition of a produce response. */
export interface ProducedPart {
  readonly topic: string;
  readonly partition: number;
  /** Kafka's error code; 0 is none. */
  readonly errorCode: number;
  /** Offset of the batch's first record. */
  readonly baseOffset: number;
}

export interface ProduceResponse {
  /** For how long the broker's quota wants this client to be silent; kafkajs obeys it under this name. */
  readonly clientSideThrottleTime: number;
  readonly parts: readonly ProducedPart[];
}

/** The body of a Produce request, version 7, acknowledged by all in-sync replicas within `timeoutMs`. */
export function encodeProduceRequest(parts: readonly ProducePart[], timeoutMs: number): Buffer {
  const byTopic = Map.groupBy(parts, ({ topic }) => topic);
  let size = 12;
  for (const [topic, ofTopic] of byTopic) {
    size += 2 + Buffer.byteLength(topic) + 4;
    for (const { batch } of ofTopic) size += 8 + batch.length;
  }
  const bytes = Buffer.allocUnsafe(size);
  let at = bytes.writeInt16BE(-1, 0); // no transactional id
  at = bytes.writeInt16BE(-1, at); // acks: all
  at = bytes.writeInt32BE(timeoutMs, at);
  at = bytes.writeInt32BE(byTopic.size, at);
  for (const [topic, ofTopic] of byTopic) {
    at = bytes.writeInt16BE(Buffer.byteLength(topic), at);
    at += bytes.write(topic, at, 'utf8');
    at = bytes.writeInt32BE(ofTopic.length, at);
    for (const { partition, batch } of ofTopic) {
      at = bytes.writeInt32BE(partition, at);
      at = bytes.writeInt32BE(batch.length, at);
      at += batch.copy(bytes, at);
    }
  }
  return bytes;
}

/** The body of a Produce response, version 7. */
export function decodeProduceResponse(bytes: Buffer): ProduceResponse {
  const reader = new ByteReader(bytes);
  const parts: ProducedPart[] = [];
  for (let topics = reader.int32(); topics > 0; topics -= 1) {
    const topic = reader.text() ?? '';
    for (let left = reader.int32(); left > 0; left -= 1) {
      const partition = reader.int32();
      const errorCode = reader.int16();
      const baseOffset = reader.int64();
      reader.skip(16); // append time, low watermark
      parts.push({ topic, partition, errorCode, baseOffset });
    }
  }
  return { clientSideThrottleTime: reader.int32(), parts };
}
