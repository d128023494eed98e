import { TransientFault } from '../faults.ts';
import { MOST_HEADER_BYTES, readAccountHeader, writeAccountHeader } from './account-header.ts';
import { ACCOUNT_TILES, newestSeq, type AccountState } from './account-state.ts';
import { readAmendments, writeAmendments } from './amendment-codec.ts';
import { areEmptyTiles, emptyTiles } from '../window/tiles.ts';
import { readTiles, tilesBytes, writeTiles } from '../window/tiles-codec.ts';
import { rowCount, type EventColumns } from './event-columns.ts';
import { readKeys, writeKeys } from './key-table-codec.ts';
import { CorruptRecord, openRecord, sealRecord, type RecordKind } from './record-envelope.ts';
import { HASH_BYTES, readRows, writeHashes, writeRows } from './rows-codec.ts';
import type { PendingSeqs, SeqCoding } from './seq-coding.ts';
import { SlotOrder } from './slot-order.ts';
import { INSTRUMENT_LAYOUT, PARTY_LAYOUT } from './surroundings.ts';
import { decodeVersion1 } from './version-1-codec.ts';

/**
 * An account's record, little-endian, some 23 bytes an event and 11 a party, of which 12 and 8 are hashes: envelope, header, rows, parties, instruments,
 * amendments, tiles if there are any, zeros up to a multiple of 4, the rows' hashes. Each part has a codec of its own. A column in the record takes the
 * bits that its largest value needs: see `packed-column.ts`.
 */
const ACCOUNT_RECORD: RecordKind = { name: 'account record', kind: 0xa7, newestVersion: 3 };
/** Wider than format 3 and never released. */
const UNRELEASED_VERSION = 2;

/** Upper bounds of what is written of one thing, with room to spare: where a record is written is only cut to size in the end. */
const MOST_ROW_BYTES = 64;
const MOST_KEY_BYTES = 64;
const MOST_AMENDMENT_BYTES = 64;
const MOST_OTHER_BYTES = MOST_HEADER_BYTES + 256;

const parties = new SlotOrder();
const instruments = new SlotOrder();
let draft = new DataView(new ArrayBuffer(0));

/**
 * The record of a state. What a `pending` commit has planned is written as distances before its last seq, which becomes the account's version. With
 * `null` all seqs are final, and equal states give equal bytes.
 */
export function encodeAccount(state: AccountState, pending: PendingSeqs | null): Uint8Array {
  const { events, amendments, tiles } = state;
  parties.take(events, events.parties, state.parties.slots);
  instruments.take(events, events.instruments, state.instruments.slots);
  const originMs = state.firstSeenMs;
  const coding: SeqCoding = { leastSeq: leastFinalSeq(state, pending?.base ?? Infinity), pending };
  const header = {
    rows: rowCount(events),
    parties: parties.count - 1,
    instruments: instruments.count - 1,
    amendments: amendments.count,
    pendingAmendments: amendments.pending,
    hasTiles: !areEmptyTiles(tiles),
    leastSeq: coding.leastSeq,
    leastVersion: pending?.last ?? newestSeq(state),
  };
  const view = draftOf(
    MOST_OTHER_BYTES +
      MOST_ROW_BYTES * header.rows +
      MOST_KEY_BYTES * (header.parties + header.instruments) +
      MOST_AMENDMENT_BYTES * header.amendments +
      (header.hasTiles ? tilesBytes(tiles) : 0),
  );
  let end = writeAccountHeader(view, state, header);
  end = writeRows(view, end, events, { newestMs: state.watermarkMs, tables: { parties, instruments }, coding });
  const { order, count } = parties;
  end = writeKeys(view, end, PARTY_LAYOUT, { table: state.parties, order, count, originMs });
  end = writeKeys(view, end, INSTRUMENT_LAYOUT, {
    table: state.instruments,
    order: instruments.order,
    count: instruments.count,
    originMs,
  });
  end = writeAmendments(view, end, amendments, coding);
  if (header.hasTiles) end = writeTiles(tiles, view, end);
  while (end % 4 !== 0) view.setUint8(end++, 0);
  writeHashes(view, end, events);
  return sealRecord(new Uint8Array(view.buffer.slice(0, end + HASH_BYTES * header.rows)), ACCOUNT_RECORD);
}

/**
 * The state in a record; `version` is the account's, as stored beside it. Reads format 1 too. Throws `CorruptRecord` for anything that no `encodeAccount` of a
 * release wrote; `TransientFault` `newer_format` for a record of a newer build, and `torn_read` for one that was written after the version was read.
 */
export function decodeAccount(bytes: Uint8Array, version: number): AccountState {
  const view = openRecord(bytes, ACCOUNT_RECORD);
  const format = view.getUint8(1);
  if (format === 1) return decodeVersion1(view, version);
  if (format === UNRELEASED_VERSION)
    throw new CorruptRecord(`format ${format} of an account record was never released`);
  const { header, scalars, end: rowsAt } = readAccountHeader(view);
  const { rows, leastVersion, leastSeq } = header;
  if (version < leastVersion) {
    throw new TransientFault(
      'torn_read',
      `an account record of version ${leastVersion} or later, read with ${version}`,
    );
  }
  const seqs = { leastSeq, version };
  const { events, end: partiesAt } = readRows(view, rowsAt, { rows, newestMs: scalars.watermarkMs, seqs });
  const originMs = scalars.firstSeenMs;
  const partyKeys = readKeys(view, { at: partiesAt, count: header.parties, originMs }, PARTY_LAYOUT);
  const instrumentKeys = readKeys(view, { at: partyKeys.end, count: header.instruments, originMs }, INSTRUMENT_LAYOUT);
  const amendments = readAmendments(
    view,
    { at: instrumentKeys.end, count: header.amendments, pending: header.pendingAmendments },
    seqs,
  );
  const { tiles, end } = header.hasTiles
    ? readTiles(ACCOUNT_TILES, view, amendments.end)
    : { tiles: emptyTiles(ACCOUNT_TILES), end: amendments.end };
  if (view.byteLength !== ((end + 3) & ~3) + HASH_BYTES * rows) {
    throw new CorruptRecord('the length of an account record is wrong');
  }
  checkRows(events, header);
  return {
    ...scalars,
    events,
    parties: partyKeys.table,
    instruments: instrumentKeys.table,
    amendments: amendments.table,
    tiles,
  };
}

/** Whether two states are the same in every bit that is kept. */
export function sameState(a: AccountState, b: AccountState): boolean {
  const left = encodeAccount(a, null);
  const right = encodeAccount(b, null);
  return left.length === right.length && left.every((byte, at) => byte === right[at]);
}

/** Room to write in; the next call gives the same. */
function draftOf(bytes: number): DataView<ArrayBuffer> {
  if (draft.byteLength < bytes) draft = new DataView(new ArrayBuffer(2 * bytes));
  return draft;
}

function leastFinalSeq({ events, amendments }: AccountState, base: number): number {
  let least = Infinity;
  for (let row = events.first; row < events.end; row++) if (events.seqs[row]! < least) least = events.seqs[row]!;
  for (let i = 0; i < amendments.count; i++) if (amendments.seqs[i]! < least) least = amendments.seqs[i]!;
  return least <= base && least < Infinity ? least : 0;
}

function checkRows(
  { timesMs, seqs, end, ...events }: EventColumns,
  header: { parties: number; instruments: number },
): void {
  for (let row = 0; row < end; row++) {
    if (!(seqs[row]! > 0)) throw new CorruptRecord('an account record holds an event without a seq');
    if (events.parties[row]! > header.parties || events.instruments[row]! > header.instruments) {
      throw new CorruptRecord('an account record lacks the keys of an event');
    }
    if (row === 0 || timesMs[row]! > timesMs[row - 1]!) continue;
    if (timesMs[row] === timesMs[row - 1] && seqs[row]! > seqs[row - 1]!) continue;
    throw new CorruptRecord('the events of an account record are not in order');
  }
}
