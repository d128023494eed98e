import { hash } from 'node:crypto';
import type { OriginalRecord } from '#libs/core';
import type { OriginalRecordDto } from '../dto/event-dto.ts';
import { MAX_ORIGINAL_BYTES } from '../limits.ts';
import { fromBase64, toBase64 } from './base64.ts';

/** A record as JSON can carry it, its bytes in base64. */
export function originalToWire(original: OriginalRecord): OriginalRecordDto {
  const { topic, partition, offset, key, value } = bounded(original);
  return {
    topic,
    partition,
    offset,
    key: key === null ? null : toBase64(key),
    value: value === null ? null : toBase64(value),
  };
}

/** The reverse; undefined when a text is no base64. */
export function originalFromWire(wire: OriginalRecordDto): OriginalRecord | undefined {
  const key = wire.key === null ? null : fromBase64(wire.key);
  const value = wire.value === null ? null : fromBase64(wire.value);
  if (key === undefined || value === undefined) return undefined;
  return { topic: wire.topic, partition: wire.partition, offset: wire.offset, key, value };
}

/**
 * `original`, or, where key and value together exceed `MAX_ORIGINAL_BYTES`, the record with their hash and origin in place of the value: the
 * event must fit into the output topic. A key that is itself too large is dropped, its hash kept. Idempotent.
 */
export function bounded(original: OriginalRecord): OriginalRecord {
  const { key, value, topic, partition, offset } = original;
  const keyBytes = key?.length ?? 0;
  const valueBytes = value?.length ?? 0;
  if (keyBytes + valueBytes <= MAX_ORIGINAL_BYTES) return original;
  const keeps = keyBytes <= MAX_ORIGINAL_BYTES / 2;
  const stand = {
    replaced: {
      value_bytes: valueBytes,
      value_sha256: value === null ? null : hash('sha256', value),
      ...(keeps ? {} : { key_bytes: keyBytes, key_sha256: key === null ? null : hash('sha256', key) }),
    },
    origin: { topic, partition, offset },
  };
  return { topic, partition, offset, key: keeps ? key : null, value: Buffer.from(JSON.stringify(stand)) };
}
