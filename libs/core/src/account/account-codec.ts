import { assert, TransientFault } from '../faults.ts';
import type { AccountState } from './account-state.ts';
import { newColumns, newestSeq, rowCount, type EventColumns } from './event-columns.ts';
import { CorruptRecord, openRecord, sealRecord, type RecordKind } from './record-envelope.ts';

/**
 * An account's record, little-endian, about 30 bytes an event:
 *
 *   0 envelope, with the number of rows in bytes 2-3
 *   8 currency, 3 ASCII letters or zeros; 11 flags; 12 u32 events folded into the profile
 *  16 eleven f64: watermark, floor, first seen, truncated, overflow; profile's weight, mean, squares, time; time of the first row;
 *     the least version that the account can have with this record
 * 104 u32 columns: identity high, identity low, contents, counterparties, seqs, times since the first row, amounts
 *     u16 column: verdicts
 *     u8 columns, each only if a flag says so: fifth bytes of times, fifth bytes of amounts
 *     zeros up to a multiple of 4
 *
 * A row's seq is its low 32 bits: it is at most the account's version, and less than 2^32 below it. A row with `RELATIVE_BIT` in its verdict
 * holds how far its seq lies before the account's version instead.
 */
const ACCOUNT_RECORD: RecordKind = { name: 'account record', kind: 0xa7, newestVersion: 1 };

const HEADER_BYTES = 104;
const WIDE_TIMES = 1;
const WIDE_AMOUNTS = 2;
const RELATIVE_BIT = 0x8000;
const TWO_32 = 2 ** 32;
const TWO_40 = 2 ** 40;
/** An account that is read is about to get an event or two. */
const SPARE_ROWS = 4;

/** A commit whose seqs the store gives out: its events are planned as base + 1 to `last`, and real once the version is known. */
export interface PendingSeqs {
  /** The partition's seq as loaded, and no less than the account's version. */
  readonly base: number;
  /** `base` and the number of events of the batch, those of all accounts. */
  readonly last: number;
}

/**
 * The record of a state. Rows that a `pending` commit has planned are written as distances before its last seq, which becomes the account's
 * version. With `null` all seqs are final, and equal states give equal bytes.
 */
export function encodeAccount(state: AccountState, pending: PendingSeqs | null): Uint8Array {
  const { events } = state;
  const rows = rowCount(events);
  const { first } = events;
  const originMs = rows === 0 ? 0 : events.timesMs[first]!;
  const flags = wideFlags(events, originMs);
  const { bytes, verdictsAt, timesHighAt, amountsHighAt } = layout(rows, flags);
  const record = new Uint8Array(bytes);
  const leastVersion = pending?.last ?? newestSeq(events);
  writeHeader(record, state, { rows, flags, originMs, leastVersion });

  const words = new Uint32Array(record.buffer, HEADER_BYTES);
  const halves = new Uint16Array(record.buffer, verdictsAt);
  const { timesMs, amountsMinor, seqs, identityHigh, identityLow, contents, counterparties, verdicts } = events;
  const base = pending?.base ?? Infinity;
  const last = pending?.last ?? 0;
  for (let into = 0, row = first; into < rows; into++, row++) {
    const time = timesMs[row]! - originMs;
    const amount = amountsMinor[row]!;
    const seq = seqs[row]!;
    const isPending = seq > base;
    assert(!isPending || seq <= last, 'a planned seq lies within its batch');
    words[into] = identityHigh[row]!;
    words[rows + into] = identityLow[row]!;
    words[2 * rows + into] = contents[row]!;
    words[3 * rows + into] = counterparties[row]!;
    words[4 * rows + into] = isPending ? last - seq : seq;
    words[5 * rows + into] = time;
    words[6 * rows + into] = amount;
    halves[into] = verdicts[row]! | (isPending ? RELATIVE_BIT : 0);
    if ((flags & WIDE_TIMES) !== 0) record[timesHighAt + into] = time / TWO_32;
    if ((flags & WIDE_AMOUNTS) !== 0) record[amountsHighAt + into] = amount / TWO_32;
  }
  return sealRecord(record, ACCOUNT_RECORD);
}

/**
 * The state in a record; `version` is the account's, as stored beside it. Throws `CorruptRecord` for anything that `encodeAccount` did not
 * write; `TransientFault` `newer_format` for a record of a newer build, and `torn_read` for one that was written after the version was read.
 */
export function decodeAccount(bytes: Uint8Array, version: number): AccountState {
  const record = openRecord(bytes, ACCOUNT_RECORD);
  if (record.byteLength < HEADER_BYTES) throw new CorruptRecord('an account record ends in its header');
  const { rows, flags, originMs, leastVersion } = readShape(record);
  if (version < leastVersion) {
    throw new TransientFault(
      'torn_read',
      `an account record of version ${leastVersion} or later, read with ${version}`,
    );
  }
  const { bytes: expectedBytes, verdictsAt, timesHighAt, amountsHighAt } = layout(rows, flags);
  if (flags > (WIDE_TIMES | WIDE_AMOUNTS) || record.byteLength !== expectedBytes) {
    throw new CorruptRecord(`${record.byteLength} bytes cannot be an account with ${rows} events`);
  }
  const events = newColumns(rows, SPARE_ROWS);
  const { timesMs, amountsMinor, seqs, identityHigh, identityLow, contents, counterparties, verdicts } = events;
  const columnBytes = 4 * rows;
  for (let row = 0, at = HEADER_BYTES; row < rows; row++, at += 4) {
    const timeHigh = (flags & WIDE_TIMES) === 0 ? 0 : record.getUint8(timesHighAt + row);
    const amountHigh = (flags & WIDE_AMOUNTS) === 0 ? 0 : record.getUint8(amountsHighAt + row);
    const seq = record.getUint32(at + 4 * columnBytes, true);
    const verdict = record.getUint16(verdictsAt + 2 * row, true);
    identityHigh[row] = record.getUint32(at, true);
    identityLow[row] = record.getUint32(at + columnBytes, true);
    contents[row] = record.getUint32(at + 2 * columnBytes, true);
    counterparties[row] = record.getUint32(at + 3 * columnBytes, true);
    seqs[row] = version - ((verdict & RELATIVE_BIT) === 0 ? (version - seq) >>> 0 : seq);
    timesMs[row] = originMs + record.getUint32(at + 5 * columnBytes, true) + timeHigh * TWO_32;
    amountsMinor[row] = record.getUint32(at + 6 * columnBytes, true) + amountHigh * TWO_32;
    verdicts[row] = verdict & ~RELATIVE_BIT;
  }
  checkOrder(events);
  return readState(record, events);
}

/** Whether two states are the same in every bit that is kept. */
export function sameState(a: AccountState, b: AccountState): boolean {
  const left = encodeAccount(a, null);
  const right = encodeAccount(b, null);
  return left.length === right.length && left.every((byte, at) => byte === right[at]);
}

function wideFlags({ timesMs, amountsMinor, first, end }: EventColumns, originMs: number): number {
  let largest = 0;
  for (let row = first; row < end; row++) if (amountsMinor[row]! > largest) largest = amountsMinor[row]!;
  const span = first === end ? 0 : timesMs[end - 1]! - originMs;
  assert(end - first <= 0xffff && largest < TWO_40 && span < TWO_40, 'a log fits in its record');
  return (span < TWO_32 ? 0 : WIDE_TIMES) | (largest < TWO_32 ? 0 : WIDE_AMOUNTS);
}

function layout(rows: number, flags: number): Record<'bytes' | 'verdictsAt' | 'timesHighAt' | 'amountsHighAt', number> {
  const verdictsAt = HEADER_BYTES + 28 * rows;
  const timesHighAt = verdictsAt + 2 * rows;
  const amountsHighAt = timesHighAt + ((flags & WIDE_TIMES) === 0 ? 0 : rows);
  const end = amountsHighAt + ((flags & WIDE_AMOUNTS) === 0 ? 0 : rows);
  return { bytes: (end + 3) & ~3, verdictsAt, timesHighAt, amountsHighAt };
}

function checkOrder({ timesMs, seqs, end }: EventColumns): void {
  for (let row = 0; row < end; row++) {
    if (!(seqs[row]! > 0)) throw new CorruptRecord('an account record holds an event without a seq');
    if (row === 0 || timesMs[row]! > timesMs[row - 1]!) continue;
    if (timesMs[row] === timesMs[row - 1] && seqs[row]! > seqs[row - 1]!) continue;
    throw new CorruptRecord('the events of an account record are not in order');
  }
}

interface Shape {
  readonly rows: number;
  readonly flags: number;
  readonly originMs: number;
  readonly leastVersion: number;
}

function writeHeader(record: Uint8Array<ArrayBuffer>, state: AccountState, shape: Shape): void {
  const { currency, amountProfile } = state;
  assert(currency.length === 0 || currency.length === 3, 'a currency has three letters');
  for (let at = 0; at < currency.length; at++) record[8 + at] = currency.charCodeAt(at);
  const view = new DataView(record.buffer);
  view.setUint16(2, shape.rows, true);
  view.setUint8(11, shape.flags);
  view.setUint32(12, amountProfile.folded, true);
  view.setFloat64(16, state.watermarkMs, true);
  view.setFloat64(24, state.floorMs, true);
  view.setFloat64(32, state.firstSeenMs, true);
  view.setFloat64(40, state.truncatedMs, true);
  view.setFloat64(48, state.overflowMs, true);
  view.setFloat64(56, amountProfile.weight, true);
  view.setFloat64(64, amountProfile.mean, true);
  view.setFloat64(72, amountProfile.squares, true);
  view.setFloat64(80, amountProfile.atMs, true);
  view.setFloat64(88, shape.originMs, true);
  view.setFloat64(96, shape.leastVersion, true);
}

function readShape(view: DataView): Shape {
  return {
    rows: view.getUint16(2, true),
    flags: view.getUint8(11),
    originMs: view.getFloat64(88, true),
    leastVersion: view.getFloat64(96, true),
  };
}

function readState(view: DataView, events: EventColumns): AccountState {
  const [first, second, third] = [view.getUint8(8), view.getUint8(9), view.getUint8(10)];
  return {
    currency: first === 0 ? '' : String.fromCharCode(first, second, third),
    watermarkMs: view.getFloat64(16, true),
    floorMs: view.getFloat64(24, true),
    firstSeenMs: view.getFloat64(32, true),
    truncatedMs: view.getFloat64(40, true),
    overflowMs: view.getFloat64(48, true),
    amountProfile: {
      folded: view.getUint32(12, true),
      weight: view.getFloat64(56, true),
      mean: view.getFloat64(64, true),
      squares: view.getFloat64(72, true),
      atMs: view.getFloat64(80, true),
    },
    events,
  };
}
