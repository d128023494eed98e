import { CorruptRecord, openRecord, sealRecord, type RecordKind } from '../account/record-envelope.ts';
import { assert } from '../faults.ts';
import { readTiles, tilesBytes, writeTiles } from '../window/tiles-codec.ts';
import { areEmptyTiles, emptyTiles } from '../window/tiles.ts';
import { ENTITY_KINDS, type EntityKind } from './entity-kind.ts';
import { measureLog, readLog, writeLog } from './entity-log-codec.ts';
import type { EntityState } from './entity-state.ts';
import { ENTITY_TRAITS } from './entity-traits.ts';
import { DAY_WIDTH, type LabelDays } from './label-days.ts';
import { ID_WIDTH, type LastSeen } from './last-seen.ts';

/**
 * An entity's record, little-endian:
 *
 *   0 envelope, with the kind in byte 2 (its place in `ENTITY_KINDS`) and 1 in byte 3 if there are tiles
 *   8 f64 folded, newest time, first seen; 32 u32 mark; 36 u16 rows of the log, rows of what was sent, ids, days
 *  44 the log; what was sent (see `entity-log-codec.ts`)
 *     ids, if any: f64 time of the first; for each u32 time since then, high, low
 *     for each day i32 day, transactions, genuine, frauds
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
  const [idCount, dayCount] = [ids.length / ID_WIDTH, days.length / DAY_WIDTH];
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
  new Int32Array(record.buffer, daysAt, days.length).set(days);
  if (hasTiles) writeTiles(tiles, view, tilesAt);
  return sealRecord(record, ENTITY_RECORD);
}

/**
 * The state in a record of an entity of this kind. Throws `CorruptRecord` for anything that `encodeEntity` did not write, a record of another kind
 * included, and `TransientFault` `newer_format` for a record of a newer build.
 */
export function decodeEntity(kind: EntityKind, bytes: Uint8Array): EntityState {
  const view = openRecord(aligned(bytes), ENTITY_RECORD);
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

let scratch = new Uint8Array(2 ** 14);

/**
 * The bytes at an address that is a multiple of 4, so that columns can be read as words. Valid until the next call: a state is copied out of it. A buffer of
 * its own for every record would cost more than all the rest of reading it.
 */
function aligned(bytes: Uint8Array): Uint8Array {
  if (bytes.length > scratch.length) scratch = new Uint8Array(2 * bytes.length);
  scratch.set(bytes);
  return scratch.subarray(0, bytes.length);
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

function writeIds(ids: LastSeen, view: DataView, at: number): void {
  const originMs = ids[0]!;
  assert(ids.at(-ID_WIDTH)! - originMs < 2 ** 32, 'sightings fit in their record');
  view.setFloat64(at, originMs, true);
  const words = new Uint32Array(view.buffer, at + 8, ids.length);
  for (let i = 0; i < ids.length; i += ID_WIDTH) {
    words[i] = ids[i]! - originMs;
    words[i + 1] = ids[i + 1]!;
    words[i + 2] = ids[i + 2]!;
  }
}

function readIds(view: DataView, at: number, count: number): LastSeen {
  const ids = new Float64Array(count * ID_WIDTH);
  if (count === 0) return ids;
  const originMs = view.getFloat64(at, true);
  if (!Number.isSafeInteger(originMs)) throw new CorruptRecord('an entity record has no time of its first id');
  const words = new Uint32Array(view.buffer, view.byteOffset + at + 8, ids.length);
  let before = 0;
  for (let i = 0; i < ids.length; i += ID_WIDTH) {
    if (words[i]! < before) throw new CorruptRecord('the ids of an entity are not in order');
    before = words[i]!;
    ids[i] = originMs + before;
    ids[i + 1] = words[i + 1]!;
    ids[i + 2] = words[i + 2]!;
  }
  return ids;
}

function readDays(view: DataView, at: number, count: number): LabelDays {
  const days = new Int32Array(view.buffer, view.byteOffset + at, count * DAY_WIDTH).slice();
  for (let i = DAY_WIDTH; i < days.length; i += DAY_WIDTH) {
    if (days[i]! <= days[i - DAY_WIDTH]!) throw new CorruptRecord('the days of an entity are not in order');
  }
  return days;
}
