import type { Hash64 } from '../hash64.ts';
import type { DedupEntry } from './account-event.ts';
import type { KnownTransaction } from './lookup.ts';
import { CorruptRecord, openRecord, sealRecord, type RecordKind } from './record-envelope.ts';
import { packVerdict, unpackVerdict } from './verdict.ts';

/**
 * Dedup entries that an account's log has no room for, one record per bucket of identities, 22 bytes an entry, little-endian:
 * 0 envelope; 8 u32 number of entries; 12 zeros; 16 f64 times; u32 columns identity high, identity low, contents; u16 verdicts; zeros up to a
 * multiple of 4. Ordered by (time, identity), so that equal sets give equal bytes.
 */
const OVERFLOW_RECORD: RecordKind = { name: 'overflow record', kind: 0xa8, newestVersion: 1 };

const HEADER_BYTES = 16;

/** Overflow records that one account can have. */
export const OVERFLOW_BUCKETS = 64;

/** The one overflow record of its account, 0 to 63, in which an identity can be. */
export function bucketOf(identity: Hash64): number {
  return identity.high >>> 26;
}

/**
 * The record of one bucket with `entries` added and without those at or below `floorMs`, the account's floor after the reduction that evicted
 * them: what lies under the floor is refused without being known. `record` is null, or may be stale, while `overflowMs` is -Infinity.
 */
export function addToOverflow(record: Uint8Array | null, entries: readonly DedupEntry[], floorMs: number): Uint8Array {
  const known = record === null ? [] : decodeOverflow(record);
  return encodeOverflow(
    [...known, ...entries].filter((entry) => entry.eventTimeMs > floorMs).toSorted(byTimeAndIdentity),
  );
}

/** The transaction of this identity in the record of its bucket, or null. Its seq is not kept: it is at most the account's version. */
export function findInOverflow(record: Uint8Array | null, identity: Hash64): KnownTransaction | null {
  if (record === null) return null;
  const columns = openColumns(record);
  const { identityHigh, identityLow } = columns;
  for (let row = 0; row < identityLow.length; row++) {
    if (identityLow[row] !== identity.low || identityHigh[row] !== identity.high) continue;
    const { outcome, riskScore, content, eventTimeMs } = entryAt(columns, row);
    return { outcome, riskScore, seq: null, content, eventTimeMs };
  }
  return null;
}

/** The entries of an overflow record, ordered by (time, identity). Throws as `decodeAccount` does. */
export function decodeOverflow(record: Uint8Array): DedupEntry[] {
  const columns = openColumns(record);
  return Array.from(columns.timesMs, (_, row) => entryAt(columns, row));
}

function encodeOverflow(entries: readonly DedupEntry[]): Uint8Array {
  const record = new Uint8Array(recordBytes(entries.length));
  const columns = columnsOf(record, entries.length);
  new DataView(record.buffer).setUint32(8, entries.length, true);
  for (const [row, { identity, content, eventTimeMs, outcome, riskScore }] of entries.entries()) {
    columns.timesMs[row] = eventTimeMs;
    columns.identityHigh[row] = identity.high;
    columns.identityLow[row] = identity.low;
    columns.contents[row] = content;
    columns.verdicts[row] = packVerdict({ outcome, riskScore, otherCurrency: false });
  }
  return sealRecord(record, OVERFLOW_RECORD);
}

interface OverflowColumns {
  readonly timesMs: Float64Array;
  readonly identityHigh: Uint32Array;
  readonly identityLow: Uint32Array;
  readonly contents: Uint32Array;
  readonly verdicts: Uint16Array;
}

function openColumns(bytes: Uint8Array): OverflowColumns {
  const record = openRecord(bytes, OVERFLOW_RECORD);
  const rows = record.length < HEADER_BYTES ? -1 : new DataView(record.buffer).getUint32(8, true);
  if (record.length !== recordBytes(rows)) throw new CorruptRecord('the length of an overflow record is wrong');
  return columnsOf(record, rows);
}

function recordBytes(rows: number): number {
  return HEADER_BYTES + 4 * Math.ceil((rows * 22) / 4);
}

function columnsOf({ buffer }: Uint8Array<ArrayBuffer>, rows: number): OverflowColumns {
  return {
    timesMs: new Float64Array(buffer, HEADER_BYTES, rows),
    identityHigh: new Uint32Array(buffer, HEADER_BYTES + 8 * rows, rows),
    identityLow: new Uint32Array(buffer, HEADER_BYTES + 12 * rows, rows),
    contents: new Uint32Array(buffer, HEADER_BYTES + 16 * rows, rows),
    verdicts: new Uint16Array(buffer, HEADER_BYTES + 20 * rows, rows),
  };
}

function entryAt(columns: OverflowColumns, row: number): DedupEntry {
  const { outcome, riskScore } = unpackVerdict(columns.verdicts[row]!);
  return {
    identity: { high: columns.identityHigh[row]!, low: columns.identityLow[row]! },
    content: columns.contents[row]!,
    eventTimeMs: columns.timesMs[row]!,
    outcome,
    riskScore,
  };
}

function byTimeAndIdentity(a: DedupEntry, b: DedupEntry): number {
  return a.eventTimeMs - b.eventTimeMs || a.identity.high - b.identity.high || a.identity.low - b.identity.low;
}
