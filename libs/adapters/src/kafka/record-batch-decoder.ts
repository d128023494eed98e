import { constants, gunzipSync, zstdDecompressSync } from 'node:zlib';
import type { LogRecord } from '#libs/core';
import { ByteReader } from './byte-reader.ts';
import { crc32c } from './crc32c.ts';

/** baseOffset, batchLength: what stands before the counted part of a batch. */
const PREFIX_BYTES = 12;
/** Offset of the checksummed part in a batch: prefix, leader epoch, magic, checksum. */
const CHECKED_FROM = 21;
const COMPRESSION = 0x07;
const LOG_APPEND_TIME = 0x08;
const TRANSACTIONAL = 0x10;
const CONTROL = 0x20;
/** Bound of one decompressed batch, against archives that unpack to gigabytes. */
const MAX_INFLATED_BYTES = 64 * 1024 * 1024;

/** A transaction that was aborted: its records from `firstOffset` on, up to its abort marker, are not to be seen. */
export interface AbortedTransaction {
  readonly producerId: number;
  readonly firstOffset: number;
}

export interface DecodeOptions {
  /** The offset asked for; a batch can start before it. */
  readonly from: number;
  /** Stops after about so many bytes of records, never before the first record. */
  readonly maxBytes: number;
  /** Empty when reading uncommitted. */
  readonly aborted: readonly AbortedTransaction[];
}

export interface DecodedRecords {
  readonly records: LogRecord[];
  /** Where to read on: past the last record taken and past holes; `from` when nothing could be taken. */
  readonly nextOffset: number;
  /** Size of the first batch when it was cut off and nothing could be taken; 0 otherwise. */
  readonly neededBytes: number;
}

/** The bytes of a record set are not what the broker was given, or use something that this reader does not know. */
export class UnreadableBatch extends Error {
  override readonly name = 'UnreadableBatch';
}

/**
 * Decodes the record batches (magic 2) of one partition of a fetch response; a batch that is cut off at the end is left for the next fetch.
 * Keys and values are views of `recordSet`. Throws `UnreadableBatch`.
 * Source of the format: kafka.apache.org/documentation/#messageformat; of the filter of aborted transactions: Java's CompletedFetch.
 */
export function decodeRecordBatches(recordSet: Buffer, options: DecodeOptions): DecodedRecords {
  const records: LogRecord[] = [];
  const filter = new AbortedFilter(options.aborted);
  let nextOffset = options.from;
  let budget = options.maxBytes;
  for (let at = 0; at + PREFIX_BYTES <= recordSet.length;) {
    const end = at + PREFIX_BYTES + recordSet.readInt32BE(at + 8);
    if (end > recordSet.length) {
      return { records, nextOffset, neededBytes: nextOffset === options.from ? end - at : 0 };
    }
    const batch = readHeader(recordSet.subarray(at, end));
    at = end;
    if (batch.lastOffset < options.from) continue;
    if (filter.hides(batch)) {
      nextOffset = batch.lastOffset + 1;
      continue;
    }
    for (const record of recordsOf(batch)) {
      if (record.offset < options.from) continue;
      if (budget <= 0) return { records, nextOffset, neededBytes: 0 };
      budget -= (record.key?.length ?? 0) + (record.value?.length ?? 0);
      records.push(record);
      nextOffset = record.offset + 1;
    }
    nextOffset = batch.lastOffset + 1;
  }
  return { records, nextOffset, neededBytes: 0 };
}

interface Batch {
  readonly baseOffset: number;
  readonly lastOffset: number;
  readonly attributes: number;
  readonly firstTimestampMs: number;
  readonly maxTimestampMs: number;
  readonly producerId: number;
  readonly count: number;
  readonly body: Buffer;
}

function readHeader(bytes: Buffer): Batch {
  const reader = new ByteReader(bytes);
  const baseOffset = reader.int64();
  reader.skip(8);
  const magic = reader.int8();
  if (magic !== 2) throw new UnreadableBatch(`Batch at offset ${baseOffset} has format ${magic}; only 2 is known`);
  if (reader.uint32() !== crc32c(bytes.subarray(CHECKED_FROM))) {
    throw new UnreadableBatch(`Batch at offset ${baseOffset} does not match its checksum`);
  }
  const attributes = reader.int16();
  const lastOffset = baseOffset + reader.int32();
  const firstTimestampMs = reader.int64();
  const maxTimestampMs = reader.int64();
  const producerId = reader.int64();
  reader.skip(6);
  const count = reader.int32();
  const body = bytes.subarray(reader.position);
  return { baseOffset, lastOffset, attributes, firstTimestampMs, maxTimestampMs, producerId, count, body };
}

function* recordsOf(batch: Batch): Generator<LogRecord> {
  const reader = new ByteReader(inflate(batch));
  const appendTime = (batch.attributes & LOG_APPEND_TIME) !== 0;
  for (let index = 0; index < batch.count; index += 1) {
    const end = reader.varint() + reader.position;
    reader.skip(1);
    const timestampMs = batch.firstTimestampMs + reader.varlong();
    const offset = batch.baseOffset + reader.varint();
    const key = reader.varBytes();
    const value = reader.varBytes();
    const headers = readHeaders(reader);
    if (reader.position !== end) throw new UnreadableBatch(`Record at offset ${offset} is not as long as it says`);
    yield { offset, timestampMs: appendTime ? batch.maxTimestampMs : timestampMs, key, value, headers };
  }
}

/** The last of several headers of one name counts; one without a value is left out. */
function readHeaders(reader: ByteReader): Record<string, string> {
  const headers: Record<string, string> = {};
  for (let left = reader.varint(); left > 0; left -= 1) {
    const name = reader.varText();
    const text = reader.varText();
    if (name !== null && text !== null) headers[name] = text;
  }
  return headers;
}

function inflate(batch: Batch): Buffer {
  switch (batch.attributes & COMPRESSION) {
    case 0:
      return batch.body;
    case 1:
      return gunzipSync(batch.body, { maxOutputLength: MAX_INFLATED_BYTES, finishFlush: constants.Z_SYNC_FLUSH });
    case 4:
      return zstdDecompressSync(batch.body, { maxOutputLength: MAX_INFLATED_BYTES });
    default:
      throw new UnreadableBatch(
        `Batch at offset ${batch.baseOffset} is compressed with snappy or lz4: set the topic's compression.type to zstd, gzip or uncompressed`,
      );
  }
}

/** Follows which producers are inside an aborted transaction, batch by batch. */
class AbortedFilter {
  readonly #pending: AbortedTransaction[];
  readonly #inside = new Set<number>();

  constructor(aborted: readonly AbortedTransaction[]) {
    this.#pending = aborted.toSorted((a, b) => a.firstOffset - b.firstOffset);
  }

  /** Whether the batch holds nothing to be seen: a marker, or records of an aborted transaction. */
  hides(batch: Batch): boolean {
    while (this.#pending[0] !== undefined && this.#pending[0].firstOffset <= batch.lastOffset) {
      this.#inside.add(this.#pending.shift()!.producerId);
    }
    if ((batch.attributes & CONTROL) !== 0) {
      if (isAbortMarker(batch)) this.#inside.delete(batch.producerId);
      return true;
    }
    return (batch.attributes & TRANSACTIONAL) !== 0 && this.#inside.has(batch.producerId);
  }
}

/** A marker's key is a version and a type, 16 bits each; type 0 aborts, 1 commits. */
function isAbortMarker(batch: Batch): boolean {
  for (const { key } of recordsOf(batch)) return key !== null && key[2] === 0 && key[3] === 0;
  return false;
}
