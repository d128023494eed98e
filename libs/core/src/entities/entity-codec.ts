import { CorruptRecord, openRecord, sealRecord, type RecordKind } from '../account/record-envelope.ts';
import { assert } from '../faults.ts';
import { readTiles, tilesBytes, writeTiles } from '../window/tiles-codec.ts';
import { areEmptyTiles, emptyTiles } from '../window/tiles.ts';
import { ENTITY_KINDS, type EntityKind } from './entity-kind.ts';
import { measureLog, readLog, writeLog } from './entity-log-codec.ts';
import type { EntityState } from './entity-state.ts';
import { ENTITY_TRAITS } from './entity-traits.ts';
import { newLabelDays, type LabelDays } from './label-days.ts';
import { newLastSeen, type LastSeen } from './last-seen.ts';

/**
 * An entity's record, little-endian:
 *
 *   0 envelope, with the kind in byte 2 (its place in `ENTITY_KINDS`) and 1 in byte 3 if there are tiles
 *   8 f64 folded, newest time, first seen; 32 u32 mark; 36 u16 rows of the log, rows of what was sent, ids, days
 *  44 the log; what was sent (see `entity-log-codec.ts`)
 *     ids, if any: f64 time of the first; u32 columns times since then, high, low
 *     days, if any: i32 columns day, transactions, genuine, frauds
 *     tiles, if any (see `tiles-codec.ts`); zeros up to a multiple of 4
 *
 * Equal states give equal bytes. A terminal with 55 transactions takes 0.8 kB, a card with 10 takes 0.1 kB.
 */
const ENTITY_RECORD: RecordKind = { name: 'entity record', kind: 0xa9, newestVersion: 1 };

const HEADER_BYTES = 44;

/** The record of a state. */
export function encodeEntity(state: EntityState): Uint8Array {
  const { kind, log, sent, ids, days, tiles } = state;
  const hasTiles = !areEmptyTiles(tiles);
  const [logRange, sentRange] = [measureLog(log), measureLog(sent)];
  const [idCount, dayCount] = [ids.timesMs.length, days.days.length];
  const sentAt = HEADER_BYTES + logRange.bytes;
  const idsAt = sentAt + sentRange.bytes;
  const daysAt = idsAt + idsBytes(idCount);
  const tilesAt = daysAt + 16 * dayCount;
  const bytes = tilesAt + (hasTiles ? tilesBytes(tiles) : 0);
  const record = new Uint8Array((bytes + 3) & ~3);
  const view = new DataView(record.buffer);
  const counts = [log.end - log.first, sent.end - sent.first, idCount, dayCount];
  assert(counts.every((count) => count <= 0xffff), 'an entity fits in its record'); // prettier-ignore
  view.setUint8(2, ENTITY_KINDS.indexOf(kind));
  view.setUint8(3, hasTiles ? 1 : 0);
  view.setFloat64(8, state.folded, true);
  view.setFloat64(16, state.newestMs, true);
  view.setFloat64(24, state.firstSeenMs, true);
  view.setUint32(32, state.mark, true);
  counts.forEach((count, i) => view.setUint16(36 + 2 * i, count, true));
  if (logRange.bytes > 0) writeLog(log, logRange, view, HEADER_BYTES);
  if (sentRange.bytes > 0) writeLog(sent, sentRange, view, sentAt);
  if (idCount > 0) writeIds(ids, view, idsAt);
  writeDays(days, view, daysAt);
  if (hasTiles) writeTiles(tiles, view, tilesAt);
  return sealRecord(record, ENTITY_RECORD);
}

/**
 * The state in a record of an entity of this kind. Throws `CorruptRecord` for anything that `encodeEntity` did not write, a record of another kind
 * included, and `TransientFault` `newer_format` for a record of a newer build.
 */
export function decodeEntity(kind: EntityKind, bytes: Uint8Array): EntityState {
  const view = openRecord(bytes, ENTITY_RECORD);
  if (view.byteLength < HEADER_BYTES) throw new CorruptRecord('an entity record ends in its header');
  if (ENTITY_KINDS[view.getUint8(2)] !== kind) throw new CorruptRecord(`a record of another kind than ${kind}`);
  const [logRows, sentRows, idCount, dayCount] = [36, 38, 40, 42].map((at) => view.getUint16(at, true)) as [number, number, number, number]; // prettier-ignore
  const { log, bytes: logBytes } = readLog(view, HEADER_BYTES, logRows);
  const { log: sent, bytes: sentBytes } = readLog(view, HEADER_BYTES + logBytes, sentRows);
  const idsAt = HEADER_BYTES + logBytes + sentBytes;
  const daysAt = idsAt + idsBytes(idCount);
  const tilesAt = daysAt + 16 * dayCount;
  if (tilesAt > view.byteLength) throw new CorruptRecord('an entity record is cut off');
  const { tiles: shape } = ENTITY_TRAITS[kind];
  const hasTiles = view.getUint8(3) === 1;
  const { tiles, end } = hasTiles ? readTiles(shape, view, tilesAt) : { tiles: emptyTiles(shape), end: tilesAt };
  if (view.byteLength !== ((end + 3) & ~3)) throw new CorruptRecord('an entity record is longer than what it holds');
  return {
    kind,
    folded: view.getFloat64(8, true),
    newestMs: view.getFloat64(16, true),
    firstSeenMs: view.getFloat64(24, true),
    mark: view.getUint32(32, true),
    log,
    sent,
    ids: readIds(view, idsAt, idCount),
    days: readDays(view, daysAt, dayCount),
    tiles,
  };
}

/** Whether two states are the same in every bit that is kept. */
export function sameEntity(a: EntityState, b: EntityState): boolean {
  const left = encodeEntity(a);
  const right = encodeEntity(b);
  return left.length === right.length && left.every((byte, at) => byte === right[at]);
}

function idsBytes(ids: number): number {
  return ids === 0 ? 0 : 8 + 12 * ids;
}

function writeIds({ timesMs, high, low }: LastSeen, view: DataView, at: number): void {
  const ids = timesMs.length;
  const originMs = timesMs[0]!;
  assert(timesMs[ids - 1]! - originMs < 2 ** 32, 'sightings fit in their record');
  view.setFloat64(at, originMs, true);
  for (let i = 0, to = at + 8; i < ids; i++, to += 4) {
    view.setUint32(to, timesMs[i]! - originMs, true);
    view.setUint32(to + 4 * ids, high[i]!, true);
    view.setUint32(to + 8 * ids, low[i]!, true);
  }
}

function readIds(view: DataView, at: number, ids: number): LastSeen {
  const seen = newLastSeen(ids);
  if (ids === 0) return seen;
  const originMs = view.getFloat64(at, true);
  if (!Number.isSafeInteger(originMs)) throw new CorruptRecord('an entity record has no time of its first id');
  for (let i = 0, from = at + 8; i < ids; i++, from += 4) {
    seen.timesMs[i] = originMs + view.getUint32(from, true);
    seen.high[i] = view.getUint32(from + 4 * ids, true);
    seen.low[i] = view.getUint32(from + 8 * ids, true);
    if (i > 0 && seen.timesMs[i]! < seen.timesMs[i - 1]!)
      throw new CorruptRecord('the ids of an entity are not in order');
  }
  return seen;
}

function writeDays({ days, transactions, genuine, frauds }: LabelDays, view: DataView, at: number): void {
  const count = days.length;
  for (let i = 0, to = at; i < count; i++, to += 4) {
    view.setInt32(to, days[i]!, true);
    view.setInt32(to + 4 * count, transactions[i]!, true);
    view.setInt32(to + 8 * count, genuine[i]!, true);
    view.setInt32(to + 12 * count, frauds[i]!, true);
  }
}

function readDays(view: DataView, at: number, count: number): LabelDays {
  const known = newLabelDays(count);
  for (let i = 0, from = at; i < count; i++, from += 4) {
    known.days[i] = view.getInt32(from, true);
    known.transactions[i] = view.getInt32(from + 4 * count, true);
    known.genuine[i] = view.getInt32(from + 8 * count, true);
    known.frauds[i] = view.getInt32(from + 12 * count, true);
    if (i > 0 && known.days[i]! <= known.days[i - 1]!)
      throw new CorruptRecord('the days of an entity are not in order');
  }
  return known;
}
