import { createRequire } from 'node:module';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { NewLogRecord } from '#libs/core';
import { crc32c } from './crc32c.ts';
import { decodeRecordBatches, type DecodeOptions, UnreadableBatch } from './record-batch-decoder.ts';
import { encodeRecordBatch, recordBatchBytes } from './record-batch-encoder.ts';

// kafkajs's own codec is the oracle of ours.
const require = createRequire(import.meta.url);
const KafkajsDecoder = require('kafkajs/src/protocol/decoder') as new (bytes: Buffer) => object;
const kafkajsDecode = require('kafkajs/src/protocol/recordBatch/v0/decoder') as (decoder: object) => Promise<{
  records: { offset: string; timestamp: string; key: Buffer; value: Buffer; headers: Record<string, Buffer> }[];
}>;
const kafkajsCrc32c = require('kafkajs/src/protocol/recordBatch/crc32C') as (bytes: Buffer) => number;

const ALL: DecodeOptions = { from: 0, maxBytes: Number.MAX_SAFE_INTEGER, aborted: [] };
const NOW_MS = 1_780_000_000_123;

const nullableBytes = fc.option(fc.uint8Array({ maxLength: 300 }), { nil: null });
const text = fc.oneof(fc.string({ maxLength: 40 }), fc.string({ unit: 'grapheme', maxLength: 10 }));
const newRecord: fc.Arbitrary<NewLogRecord> = fc.record({
  key: nullableBytes,
  value: nullableBytes,
  headers: fc.dictionary(
    text.filter((name) => name !== '__proto__'),
    text,
    { maxKeys: 10 },
  ),
});
const newRecords = fc.array(newRecord, { minLength: 1, maxLength: 100 });

function plain({ key, value, headers }: NewLogRecord): unknown {
  return { key: key && [...key], value: value && [...value], headers: { ...headers } };
}

/** The batch as a broker hands it out again: with its place in the log, perhaps other attributes and body. */
function asStored(
  batch: Buffer,
  change: { baseOffset?: number; attributes?: number; body?: Buffer; maxMs?: number; producerId?: number },
): Buffer {
  const stored = change.body === undefined ? Buffer.from(batch) : Buffer.concat([batch.subarray(0, 61), change.body]);
  stored.writeInt32BE(stored.length - 12, 8);
  if (change.baseOffset !== undefined) stored.writeBigInt64BE(BigInt(change.baseOffset), 0);
  if (change.attributes !== undefined) stored.writeInt16BE(change.attributes, 21);
  if (change.maxMs !== undefined) stored.writeBigInt64BE(BigInt(change.maxMs), 35);
  if (change.producerId !== undefined) stored.writeBigInt64BE(BigInt(change.producerId), 43);
  stored.writeUInt32BE(crc32c(stored.subarray(21)), 17);
  return stored;
}

const record = (value: string): NewLogRecord => ({ key: null, value: Buffer.from(value), headers: {} });
const batchOf = (...values: string[]): Buffer => encodeRecordBatch(values.map(record), NOW_MS);
const texts = (bytes: Buffer, options = ALL): string[] =>
  decodeRecordBatches(bytes, options).records.map(({ offset, value }) => `${offset}:${Buffer.from(value!).toString()}`);

describe('CRC-32C', () => {
  it('is what kafkajs computes, for every length and alignment', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(7), (bytes, skipped) => {
        const buffer = Buffer.from(bytes).subarray(skipped);
        expect(crc32c(buffer)).toBe(kafkajsCrc32c(buffer));
      }),
    );
  });
});

describe('encoding and decoding of record batches', () => {
  it('gives back what was encoded, and kafkajs decodes it alike', async () => {
    await fc.assert(
      fc.asyncProperty(newRecords, async (records) => {
        const batch = encodeRecordBatch(records, NOW_MS);
        expect(batch.length).toBe(recordBatchBytes(records));
        const decoded = decodeRecordBatches(batch, ALL);
        expect(decoded.records.map(plain)).toEqual(records.map(plain));
        expect(decoded.nextOffset).toBe(records.length);
        const theirs = await kafkajsDecode(new KafkajsDecoder(batch));
        expect(theirs.records.map(({ offset, timestamp }) => [offset, timestamp])).toEqual(
          decoded.records.map(({ offset, timestampMs }) => [String(offset), String(timestampMs)]),
        );
        expect(theirs.records.map(({ key, value }) => plain({ key, value, headers: {} }))).toEqual(
          records.map(({ key, value }) => plain({ key, value, headers: {} })),
        );
      }),
      { numRuns: 50 },
    );
  });

  it.each([
    ['gzip', 1, gzipSync],
    ['zstd', 4, zstdCompressSync],
  ])('decompresses %s', (_, attributes, compress) => {
    const batch = batchOf('a', 'b');
    expect(texts(asStored(batch, { attributes, body: compress(batch.subarray(61)) }))).toEqual(['0:a', '1:b']);
  });

  it('dates records by the append time where the topic says so', () => {
    const stored = asStored(batchOf('a'), { attributes: 8, maxMs: NOW_MS + 77 });
    expect(decodeRecordBatches(stored, ALL).records[0]?.timestampMs).toBe(NOW_MS + 77);
  });
});

describe('what a fetch brings', () => {
  it('is read over several batches, from inside one of them, past holes between them', () => {
    const set = Buffer.concat([
      asStored(batchOf('a', 'b'), { baseOffset: 10 }),
      asStored(batchOf('c'), { baseOffset: 20 }),
    ]);
    expect(texts(set, { ...ALL, from: 11 })).toEqual(['11:b', '20:c']);
    expect(decodeRecordBatches(set, { ...ALL, from: 11 }).nextOffset).toBe(21);
  });

  it('is read as far as it is whole; how much is missing is told when nothing is', () => {
    const [first, second] = [batchOf('a'), asStored(batchOf('b'), { baseOffset: 1 })];
    const whole = Buffer.concat([first, second]);
    for (let length = 0; length < whole.length; length += 1) {
      const { records, nextOffset, neededBytes } = decodeRecordBatches(whole.subarray(0, length), ALL);
      const isFirstWhole = length >= first.length;
      expect([records.length, nextOffset]).toEqual(isFirstWhole ? [1, 1] : [0, 0]);
      expect(neededBytes).toBe(isFirstWhole || length < 12 ? 0 : first.length);
    }
  });

  it('is read up to the bytes asked for, and on from there', () => {
    const set = batchOf('aaaa', 'bbbb', 'cccc');
    expect(texts(set, { ...ALL, maxBytes: 1 })).toEqual(['0:aaaa']);
    expect(decodeRecordBatches(set, { ...ALL, maxBytes: 5 })).toMatchObject({ nextOffset: 2 });
  });

  it('is refused when a bit has changed, or the format or compression is not known', () => {
    const flipped = batchOf('a');
    flipped[flipped.length - 2]! ^= 1;
    expect(() => decodeRecordBatches(flipped, ALL)).toThrow(UnreadableBatch);
    const old = batchOf('a');
    old[16] = 1;
    expect(() => decodeRecordBatches(old, ALL)).toThrow(/format 1/);
    expect(() => decodeRecordBatches(asStored(batchOf('a'), { attributes: 2 }), ALL)).toThrow(/snappy or lz4/);
  });

  it('leaves out markers, and records of aborted transactions up to their marker', () => {
    const marker = (baseOffset: number, producerId: number, type: number): Buffer => {
      const key = Buffer.from([0, 0, 0, type]);
      const batch = encodeRecordBatch([{ key, value: Buffer.alloc(6), headers: {} }], NOW_MS);
      return asStored(batch, { baseOffset, producerId, attributes: 0x30 });
    };
    const data = (baseOffset: number, producerId: number, value: string): Buffer =>
      asStored(batchOf(value), { baseOffset, producerId, attributes: 0x10 });
    const set = Buffer.concat([
      data(0, 7, 'aborted'),
      data(1, 8, 'committed'),
      asStored(batchOf('plain'), { baseOffset: 2 }),
      marker(3, 7, 0),
      data(4, 7, 'second try'),
      marker(5, 8, 1),
      marker(6, 7, 1),
    ]);
    const aborted = [{ producerId: 7, firstOffset: 0 }];
    expect(texts(set, { ...ALL, aborted })).toEqual(['1:committed', '2:plain', '4:second try']);
    expect(decodeRecordBatches(set, { ...ALL, aborted }).nextOffset).toBe(7);
    expect(texts(set)).toEqual(['0:aborted', '1:committed', '2:plain', '4:second try']);
  });
});
