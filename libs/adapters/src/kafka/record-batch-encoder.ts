import type { NewLogRecord } from '#libs/core';
import { crc32c } from './crc32c.ts';

const HEADER_BYTES = 61;
const CHECKED_FROM = 21;
const MAGIC = 2;

/**
 * One record batch (magic 2, uncompressed, no producer id) with `records` in order, as a produce request carries it.
 * All records have the time stamp `timestampMs`; a topic with LogAppendTime overrides it.
 * Source of the format: kafka.apache.org/documentation/#messageformat.
 */
export function encodeRecordBatch(records: readonly NewLogRecord[], timestampMs: number): Buffer {
  const sizes = records.map(bodySize);
  let total = HEADER_BYTES;
  for (const size of sizes) total += varintSize(size) + size;
  const bytes = Buffer.allocUnsafe(total);
  writeHeader(bytes, records.length, timestampMs);
  let at = HEADER_BYTES;
  for (const [index, record] of records.entries()) {
    at = writeVarint(bytes, at, sizes[index]!);
    at = writeRecord(bytes, at, index, record);
  }
  bytes.writeUInt32BE(crc32c(bytes.subarray(CHECKED_FROM)), 17);
  return bytes;
}

/** Bytes of a batch of these records: what a topic's `max.message.bytes` is compared with. */
export function recordBatchBytes(records: readonly NewLogRecord[]): number {
  let total = HEADER_BYTES;
  for (const [index, record] of records.entries()) {
    const size = bodySize(record, index);
    total += varintSize(size) + size;
  }
  return total;
}

function writeHeader(bytes: Buffer, count: number, timestampMs: number): void {
  bytes.writeBigInt64BE(0n, 0); // base offset: given by the broker
  bytes.writeInt32BE(bytes.length - 12, 8);
  bytes.writeInt32BE(-1, 12); // leader epoch: given by the broker
  bytes.writeInt8(MAGIC, 16);
  bytes.writeInt16BE(0, 21); // attributes: no compression, create time
  bytes.writeInt32BE(count - 1, 23);
  bytes.writeBigInt64BE(BigInt(timestampMs), 27);
  bytes.writeBigInt64BE(BigInt(timestampMs), 35);
  bytes.writeBigInt64BE(-1n, 43); // no producer id: not idempotent
  bytes.writeInt16BE(-1, 51);
  bytes.writeInt32BE(-1, 53);
  bytes.writeInt32BE(count, 57);
}

/** Bytes of a record behind its length: attributes, time delta 0, offset delta, key, value, headers. */
function bodySize({ key, value, headers }: NewLogRecord, index: number): number {
  let size = 2 + varintSize(index) + nullableSize(key) + nullableSize(value);
  let count = 0;
  for (const name in headers) {
    count += 1;
    size += textSize(name) + textSize(headers[name]!);
  }
  return size + varintSize(count);
}

function writeRecord(bytes: Buffer, start: number, index: number, { key, value, headers }: NewLogRecord): number {
  bytes[start] = 0;
  bytes[start + 1] = 0;
  let at = writeVarint(bytes, start + 2, index);
  at = writeNullable(bytes, at, key);
  at = writeNullable(bytes, at, value);
  const names = Object.keys(headers);
  at = writeVarint(bytes, at, names.length);
  for (const name of names) {
    at = writeText(bytes, at, name);
    at = writeText(bytes, at, headers[name]!);
  }
  return at;
}

function nullableSize(value: Uint8Array | null): number {
  return value === null ? 1 : varintSize(value.byteLength) + value.byteLength;
}

function writeNullable(bytes: Buffer, at: number, value: Uint8Array | null): number {
  if (value === null) return writeVarint(bytes, at, -1);
  const start = writeVarint(bytes, at, value.byteLength);
  bytes.set(value, start);
  return start + value.byteLength;
}

function textSize(text: string): number {
  const length = utf8Length(text);
  return varintSize(length) + length;
}

function writeText(bytes: Buffer, at: number, text: string): number {
  const length = utf8Length(text);
  const start = writeVarint(bytes, at, length);
  if (length !== text.length) return start + bytes.write(text, start, 'utf8');
  // Headers are short ASCII: a loop is several times faster than a call out of JavaScript.
  for (let index = 0; index < length; index += 1) bytes[start + index] = text.charCodeAt(index);
  return start + length;
}

function utf8Length(text: string): number {
  for (let index = 0; index < text.length; index += 1) {
    if (text.charCodeAt(index) > 127) return Buffer.byteLength(text, 'utf8');
  }
  return text.length;
}

/** Zigzag varint of a number that fits 31 bits. */
function writeVarint(bytes: Buffer, start: number, value: number): number {
  let left = ((value << 1) ^ (value >> 31)) >>> 0;
  let at = start;
  for (; left > 127; left >>>= 7) bytes[at++] = (left & 127) | 128;
  bytes[at] = left;
  return at + 1;
}

function varintSize(value: number): number {
  let left = ((value << 1) ^ (value >> 31)) >>> 0;
  let size = 1;
  for (; left > 127; left >>>= 7) size += 1;
  return size;
}
