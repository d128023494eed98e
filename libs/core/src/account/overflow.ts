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
  const { view, rows, columns } = openOverflow(record);
  for (let row = 0; row < rows; row++) {
    if (view.getUint32(columns.identityLow + 4 * row, true) !== identity.low) continue;
    if (view.getUint32(columns.identityHigh + 4 * row, true) !== identity.high) continue;
    const { outcome, riskScore, content, eventTimeMs } = entryAt({ view, rows, columns }, row);
    return { outcome, riskScore, seq: null, content, eventTimeMs };
  }
  return null;
}

/** The entries of an overflow record, ordered by (time, identity). Throws as `decodeAccount` does. */
export function decodeOverflow(record: Uint8Array): DedupEntry[] {
  const opened = openOverflow(record);
  return Array.from({ length: opened.rows }, (_, row) => entryAt(opened, row));
}

/** Throws as `decodeAccount` does for bytes that are no overflow record. */
export function checkOverflow(record: Uint8Array): void {
  openOverflow(record);
}

function encodeOverflow(entries: readonly DedupEntry[]): Uint8Array {
  const columns = columnsOf(entries.length);
  const record = new Uint8Array(columns.bytes);
  const view = new DataView(record.buffer);
  view.setUint32(8, entries.length, true);
  for (const [row, { identity, content, eventTimeMs, outcome, riskScore }] of entries.entries()) {
    view.setFloat64(columns.times + 8 * row, eventTimeMs, true);
    view.setUint32(columns.identityHigh + 4 * row, identity.high, true);
    view.setUint32(columns.identityLow + 4 * row, identity.low, true);
    view.setUint32(columns.contents + 4 * row, content, true);
    view.setUint16(columns.verdicts + 2 * row, packVerdict({ outcome, riskScore, otherCurrency: false }), true);
  }
  return sealRecord(record, OVERFLOW_RECORD);
}

/** Offsets of the columns, and the length of the record. */
type Columns = Readonly<Record<'times' | 'identityHigh' | 'identityLow' | 'contents' | 'verdicts' | 'bytes', number>>;

interface OpenedOverflow {
  readonly view: DataView;
  readonly rows: number;
  readonly columns: Columns;
}

function openOverflow(record: Uint8Array): OpenedOverflow {
  const view = openRecord(record, OVERFLOW_RECORD);
  const rows = view.byteLength < HEADER_BYTES ? -1 : view.getUint32(8, true);
  const columns = columnsOf(rows);
  if (view.byteLength !== columns.bytes) throw new CorruptRecord('the length of an overflow record is wrong');
  return { view, rows, columns };
}

function columnsOf(rows: number): Columns {
  return {
    times: HEADER_BYTES,
    identityHigh: HEADER_BYTES + 8 * rows,
    identityLow: HEADER_BYTES + 12 * rows,
    contents: HEADER_BYTES + 16 * rows,
    verdicts: HEADER_BYTES + 20 * rows,
    bytes: HEADER_BYTES + 4 * Math.ceil((rows * 22) / 4),
  };
}

function entryAt({ view, columns }: OpenedOverflow, row: number): DedupEntry {
  const { outcome, riskScore } = unpackVerdict(view.getUint16(columns.verdicts + 2 * row, true));
  return {
    identity: {
      high: view.getUint32(columns.identityHigh + 4 * row, true),
      low: view.getUint32(columns.identityLow + 4 * row, true),
    },
    content: view.getUint32(columns.contents + 4 * row, true),
    eventTimeMs: view.getFloat64(columns.times + 8 * row, true),
    outcome,
    riskScore,
  };
}

function byTimeAndIdentity(a: DedupEntry, b: DedupEntry): number {
  return a.eventTimeMs - b.eventTimeMs || a.identity.high - b.identity.high || a.identity.low - b.identity.low;
}
