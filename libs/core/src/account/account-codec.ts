import { TransientFault } from '../faults.ts';
import {
  HEADER_BYTES,
  PACKED,
  readAccountHeader,
  readScalars,
  writeAccountHeader,
  type AccountHeader,
  type PackedWidths,
} from './account-header.ts';
import { ACCOUNT_TILES, newestSeq, type AccountState } from './account-state.ts';
import { amendmentsBytes, readAmendments, writeAmendments } from './amendment-codec.ts';
import { areEmptyTiles, emptyTiles } from '../window/tiles.ts';
import { readTiles, tilesBytes, writeTiles } from '../window/tiles-codec.ts';
import { newColumns, rowCount, type EventColumns } from './event-columns.ts';
import { keysBytes, readKeys, writeKeys } from './key-table-codec.ts';
import { readColumn, scratchColumn, widthOf, writeColumn, type PackedValues } from './packed-column.ts';
import { CorruptRecord, openRecord, sealRecord, type RecordKind } from './record-envelope.ts';
import { decodedSeq, seqCoding, type PendingSeqs, type SeqCoding } from './seq-coding.ts';
import { SlotOrder } from './slot-order.ts';
import { INSTRUMENT_LAYOUT, PARTY_LAYOUT } from './surroundings.ts';
import { decodeVersion1 } from './version-1-codec.ts';

/**
 * An account's record, little-endian, some 26 bytes an event and 14 a party:
 *
 *   0 envelope, with the number of rows in bytes 2-3
 *   8 header: see `account-header.ts`
 *     u32 columns: identity high, identity low, contents; u16 column: verdicts
 *     packed columns, each as wide as its largest value: times since the row before, amounts, coded seqs, places, numbers of parties, of instruments
 *     parties, instruments, amendments, tiles if there are any: see their codecs
 *     zeros up to a multiple of 4
 */
const ACCOUNT_RECORD: RecordKind = { name: 'account record', kind: 0xa7, newestVersion: 2 };

/** Bytes of a row outside the packed columns. */
const ROW_BYTES = 14;
/** An account that is read is about to get an event or two. */
const SPARE_ROWS = 4;

const parties = new SlotOrder();
const instruments = new SlotOrder();

/**
 * The record of a state. What a `pending` commit has planned is written as distances before its last seq, which becomes the account's version. With
 * `null` all seqs are final, and equal states give equal bytes.
 */
export function encodeAccount(state: AccountState, pending: PendingSeqs | null): Uint8Array {
  const { events, amendments, tiles } = state;
  const { first, end } = events;
  const rows = rowCount(events);
  parties.take(events, events.parties, state.parties.slots);
  instruments.take(events, events.instruments, state.instruments.slots);
  const originMs = state.firstSeenMs;
  const partyKeys = { table: state.parties, order: parties.order, count: parties.count, originMs };
  const instrumentKeys = { table: state.instruments, order: instruments.order, count: instruments.count, originMs };
  const seqs = seqCoding(leastFinalSeq(state, pending?.base ?? Infinity), pending);
  const header: AccountHeader = {
    rows,
    parties: parties.count - 1,
    instruments: instruments.count - 1,
    amendments: amendments.count,
    pendingAmendments: amendments.pending,
    hasTiles: !areEmptyTiles(tiles),
    originMs: rows === 0 ? 0 : events.timesMs[first]!,
    leastSeq: seqs.leastSeq,
    leastVersion: pending?.last ?? newestSeq(state),
    widths: widthsOf(events, seqs),
  };
  const partiesAt = packedEnd(header);
  const instrumentsAt = partiesAt + keysBytes(PARTY_LAYOUT, partyKeys);
  const amendmentsAt = instrumentsAt + keysBytes(INSTRUMENT_LAYOUT, instrumentKeys);
  const tilesAt = amendmentsAt + amendmentsBytes(amendments, seqs);
  const bytes = tilesAt + (header.hasTiles ? tilesBytes(tiles) : 0);

  const record = new Uint8Array((bytes + 3) & ~3);
  const view = new DataView(record.buffer);
  writeAccountHeader(view, state, header);
  const words = new Uint32Array(record.buffer, HEADER_BYTES, 3 * rows);
  const verdicts = new Uint16Array(record.buffer, HEADER_BYTES + 12 * rows, rows);
  for (let into = 0, row = first; row < end; into++, row++) {
    words[into] = events.identityHigh[row]!;
    words[rows + into] = events.identityLow[row]!;
    words[2 * rows + into] = events.contents[row]!;
    verdicts[into] = events.verdicts[row]!;
  }
  writePacked(view, header, { events, coding: seqs });
  writeKeys(view, partiesAt, PARTY_LAYOUT, partyKeys);
  writeKeys(view, instrumentsAt, INSTRUMENT_LAYOUT, instrumentKeys);
  writeAmendments(view, amendmentsAt, amendments, seqs);
  if (header.hasTiles) writeTiles(tiles, view, tilesAt);
  return sealRecord(record, ACCOUNT_RECORD);
}

/**
 * The state in a record; `version` is the account's, as stored beside it. Reads every older format too. Throws `CorruptRecord` for anything that no
 * `encodeAccount` wrote; `TransientFault` `newer_format` for a record of a newer build, and `torn_read` for one that was written after the version was
 * read.
 */
export function decodeAccount(bytes: Uint8Array, version: number): AccountState {
  const view = openRecord(bytes, ACCOUNT_RECORD);
  if (view.getUint8(1) === 1) return decodeVersion1(view, version);
  if (view.byteLength < HEADER_BYTES) throw new CorruptRecord('an account record ends in its header');
  const header = readAccountHeader(view);
  const { leastVersion, leastSeq } = header;
  if (version < leastVersion) {
    throw new TransientFault(
      'torn_read',
      `an account record of version ${leastVersion} or later, read with ${version}`,
    );
  }
  if (PACKED.some((column) => header.widths[column] > 6) || packedEnd(header) > view.byteLength) {
    throw new CorruptRecord(`${view.byteLength} bytes cannot be an account with ${header.rows} events`);
  }
  const seqOf = (coded: number): number => decodedSeq(coded, { leastSeq, version });
  const scalars = readScalars(view);
  const events = readRows(view, header, seqOf);
  const originMs = scalars.firstSeenMs;
  const partyKeys = readKeys(view, { at: packedEnd(header), count: header.parties, originMs }, PARTY_LAYOUT);
  const instrumentKeys = readKeys(view, { at: partyKeys.end, count: header.instruments, originMs }, INSTRUMENT_LAYOUT);
  const amendments = readAmendments(
    view,
    { at: instrumentKeys.end, count: header.amendments, pending: header.pendingAmendments },
    seqOf,
  );
  const { tiles, end } = header.hasTiles
    ? readTiles(ACCOUNT_TILES, view, amendments.end)
    : { tiles: emptyTiles(ACCOUNT_TILES), end: amendments.end };
  if (view.byteLength !== ((end + 3) & ~3)) throw new CorruptRecord('the length of an account record is wrong');
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

/** Where the packed columns end. */
function packedEnd({ rows, widths }: AccountHeader): number {
  let width = ROW_BYTES;
  for (const column of PACKED) width += widths[column];
  return HEADER_BYTES + rows * width;
}

function leastFinalSeq({ events, amendments }: AccountState, base: number): number {
  let least = Infinity;
  for (let row = events.first; row < events.end; row++) least = Math.min(least, events.seqs[row]!);
  for (let i = 0; i < amendments.count; i++) least = Math.min(least, amendments.seqs[i]!);
  return least <= base ? least : 0;
}

function widthsOf({ timesMs, amountsMinor, seqs, places, first, end }: EventColumns, coding: SeqCoding): PackedWidths {
  let [longestMs, largestMinor, largestSeq, largestPlace] = [0, 0, 0, 0];
  for (let row = first; row < end; row++) {
    const sinceBefore = row === first ? 0 : timesMs[row]! - timesMs[row - 1]!;
    const seq = coding.code(seqs[row]!);
    if (sinceBefore > longestMs) longestMs = sinceBefore;
    if (amountsMinor[row]! > largestMinor) largestMinor = amountsMinor[row]!;
    if (seq > largestSeq) largestSeq = seq;
    if (places[row]! > largestPlace) largestPlace = places[row]!;
  }
  return {
    times: widthOf(longestMs),
    amounts: widthOf(largestMinor),
    seqs: widthOf(largestSeq),
    places: widthOf(largestPlace),
    parties: widthOf(parties.count - 1),
    instruments: widthOf(instruments.count - 1),
  };
}

function writePacked(
  view: DataView,
  { rows, widths }: AccountHeader,
  { events, coding }: { events: EventColumns; coding: SeqCoding },
): void {
  const { timesMs, amountsMinor, seqs, places, first } = events;
  const values = scratchColumn(rows);
  let at = HEADER_BYTES + ROW_BYTES * rows;
  const write = (width: number): void => {
    writeColumn(view, { at, rows, width }, values);
    at += rows * width;
  };
  for (let i = 0; i < rows; i++) values[i] = i === 0 ? 0 : timesMs[first + i]! - timesMs[first + i - 1]!;
  write(widths.times);
  for (let i = 0; i < rows; i++) values[i] = amountsMinor[first + i]!;
  write(widths.amounts);
  for (let i = 0; i < rows; i++) values[i] = coding.code(seqs[first + i]!);
  write(widths.seqs);
  for (let i = 0; i < rows && widths.places > 0; i++) values[i] = places[first + i]!;
  write(widths.places);
  for (let i = 0; i < rows && widths.parties > 0; i++) values[i] = parties.numberOf(events.parties[first + i]!);
  write(widths.parties);
  for (let i = 0; i < rows && widths.instruments > 0; i++) values[i] = instruments.numberOf(events.instruments[first + i]!); // prettier-ignore
  write(widths.instruments);
}

function readRows(
  view: DataView,
  { rows, widths, originMs }: AccountHeader,
  seqOf: (coded: number) => number,
): EventColumns {
  // prettier-ignore
  const events = newColumns(rows, SPARE_ROWS);
  const { timesMs, amountsMinor, seqs, identityHigh, identityLow, contents, places, verdicts } = events;
  const columnBytes = 4 * rows;
  const verdictsAt = HEADER_BYTES + 3 * columnBytes;
  for (let row = 0, at = HEADER_BYTES; row < rows; row++, at += 4) {
    identityHigh[row] = view.getUint32(at, true);
    identityLow[row] = view.getUint32(at + columnBytes, true);
    contents[row] = view.getUint32(at + 2 * columnBytes, true);
    verdicts[row] = view.getUint16(verdictsAt + 2 * row, true);
  }
  let at = verdictsAt + 2 * rows;
  const read = (width: number, values: PackedValues): void => {
    readColumn(view, { at, rows, width }, values);
    at += rows * width;
  };
  read(widths.times, timesMs);
  read(widths.amounts, amountsMinor);
  read(widths.seqs, seqs);
  read(widths.places, places);
  read(widths.parties, events.parties);
  read(widths.instruments, events.instruments);
  for (let row = 0, timeMs = originMs; row < rows; row++) timesMs[row] = timeMs += timesMs[row]!;
  for (let row = 0; row < rows; row++) seqs[row] = seqOf(seqs[row]!);
  return events;
}

function checkRows({ timesMs, seqs, end, ...events }: EventColumns, header: AccountHeader): void {
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
