import { CorruptRecord } from '../account/record-envelope.ts';
import { assert } from '../faults.ts';
import { emptyEntityLog, newEntityLog, type EntityLog } from './entity-log.ts';

/*
 * A log's rows in a range of a record, little-endian, nothing for a log without rows:
 *
 *   0 f64 time of the first row; 8 f64 greatest time pushed out; 16 u32 bits, see below
 *  20 u32 times since the first row, a value a row
 *     u32 keys, u32 amounts, u16 currencies, u8 fifth bytes of amounts if `WIDE`, u8 flags: of each column a value a row, or a single one if its
 *     bit says that it is the same in all rows
 *     zeros up to a multiple of 4
 */
const HEADER_BYTES = 20;
const SAME_KEYS = 1;
const SAME_AMOUNTS = 2;
const SAME_CURRENCIES = 4;
const SAME_FLAGS = 8;
const WIDE = 16;
const ALL_BITS = 31;
const TWO_32 = 2 ** 32;
const TWO_40 = 2 ** 40;

/** A log and how it is to be written. */
export interface LogRange {
  readonly bits: number;
  readonly bytes: number;
}

/** How a log is to be written. */
export function measureLog(log: EntityLog): LogRange {
  const { first, end, timesMs, keys, amountsMinor, currencies, flags } = log;
  if (first === end) return { bits: 0, bytes: 0 };
  let largest = 0;
  for (let row = first; row < end; row++) if (amountsMinor[row]! > largest) largest = amountsMinor[row]!;
  assert(largest < TWO_40 && timesMs[end - 1]! - timesMs[first]! < TWO_32, 'a log fits in its record');
  const bits =
    (isSame(keys, log) ? SAME_KEYS : 0) |
    (isSame(amountsMinor, log) ? SAME_AMOUNTS : 0) |
    (isSame(currencies, log) ? SAME_CURRENCIES : 0) |
    (isSame(flags, log) ? SAME_FLAGS : 0) |
    (largest < TWO_32 ? 0 : WIDE);
  return { bits, bytes: layout(end - first, bits).bytes };
}

function isSame(column: Float64Array | Uint32Array | Uint16Array | Uint8Array, { first, end }: EntityLog): boolean {
  const value = column[first];
  for (let row = first + 1; row < end; row++) if (column[row] !== value) return false;
  return true;
}

/** Writes a log from byte `at` on, a multiple of 4, of the buffer's. */
export function writeLog(log: EntityLog, { bits }: LogRange, view: DataView, at: number): void {
  const { first, end, timesMs, keys, amountsMinor, currencies, flags } = log;
  const rows = end - first;
  const to = layout(rows, bits);
  const originMs = timesMs[first]!;
  const { buffer } = view;
  view.setFloat64(at, originMs, true);
  view.setFloat64(at + 8, log.truncatedMs, true);
  view.setUint32(at + 16, bits, true);
  const times = new Uint32Array(buffer, at + HEADER_BYTES, rows);
  for (let i = 0; i < rows; i++) times[i] = timesMs[first + i]! - originMs;
  const amounts = new Uint32Array(buffer, at + to.amounts, to.amountCount);
  for (let i = 0; i < to.amountCount; i++) amounts[i] = amountsMinor[first + i]!;
  for (let i = 0; i < to.wideCount; i++) view.setUint8(at + to.wide + i, amountsMinor[first + i]! / TWO_32);
  new Uint32Array(buffer, at + to.keys, to.keyCount).set(keys.subarray(first, first + to.keyCount));
  new Uint16Array(buffer, at + to.currencies, to.currencyCount).set(
    currencies.subarray(first, first + to.currencyCount),
  );
  new Uint8Array(buffer, at + to.flags, to.flagCount).set(flags.subarray(first, first + to.flagCount));
}

/** Room for transactions to come in a log that is read. */
const SPARE_ROWS = 4;

/** The log of `rows` rows from byte `at` on, and its length; `view` begins at a multiple of 4. Throws `CorruptRecord`. */
export function readLog(view: DataView, at: number, rows: number): { log: EntityLog; bytes: number } {
  if (rows === 0) return { log: emptyEntityLog(), bytes: 0 };
  if (at + HEADER_BYTES > view.byteLength) throw new CorruptRecord('an entity record ends in the header of a log');
  const bits = view.getUint32(at + 16, true);
  const from = layout(rows, bits);
  if (bits > ALL_BITS || at + from.bytes > view.byteLength) throw new CorruptRecord('an entity record ends in a log');
  const log = newEntityLog(rows, SPARE_ROWS, view.getFloat64(at + 8, true));
  const { buffer } = view;
  const start = view.byteOffset + at;
  const originMs = view.getFloat64(at, true);
  const times = new Uint32Array(buffer, start + HEADER_BYTES, rows);
  for (let row = 0; row < rows; row++) log.timesMs[row] = originMs + times[row]!;
  const amounts = new Uint32Array(buffer, start + from.amounts, from.amountCount);
  for (let row = 0; row < from.amountCount; row++) log.amountsMinor[row] = amounts[row]!;
  for (let row = 0; row < from.wideCount; row++) {
    log.amountsMinor[row]! += view.getUint8(at + from.wide + row) * TWO_32;
  }
  log.keys.set(new Uint32Array(buffer, start + from.keys, from.keyCount));
  log.currencies.set(new Uint16Array(buffer, start + from.currencies, from.currencyCount));
  log.flags.set(new Uint8Array(buffer, start + from.flags, from.flagCount));
  for (const [column, bit] of [
    [log.keys, SAME_KEYS],
    [log.amountsMinor, SAME_AMOUNTS],
    [log.currencies, SAME_CURRENCIES],
    [log.flags, SAME_FLAGS],
  ] as const) {
    // prettier-ignore
    if ((bits & bit) !== 0) column.fill(column[0]!, 1, rows);
  }
  checkRows(log);
  return { log, bytes: from.bytes };
}

function checkRows({ timesMs, keys, truncatedMs, end }: EntityLog): void {
  let isSound = Number.isSafeInteger(timesMs[0]) && truncatedMs <= timesMs[0]!;
  for (let row = 1; row < end && isSound; row++) {
    isSound = timesMs[row]! > timesMs[row - 1]! || (timesMs[row] === timesMs[row - 1] && keys[row]! >= keys[row - 1]!);
  }
  if (!isSound) throw new CorruptRecord('the transactions of an entity record are not in order');
}

type Layout = Readonly<
  Record<'keys' | 'amounts' | 'currencies' | 'wide' | 'flags' | 'bytes', number> &
    Record<'keyCount' | 'amountCount' | 'currencyCount' | 'wideCount' | 'flagCount', number>
>;

/** Offsets of the columns from where the log begins, and how many values each has. */
function layout(rows: number, bits: number): Layout {
  const count = (bit: number): number => ((bits & bit) === 0 ? rows : 1);
  const [keyCount, amountCount, currencyCount] = [count(SAME_KEYS), count(SAME_AMOUNTS), count(SAME_CURRENCIES)];
  const wideCount = (bits & WIDE) === 0 ? 0 : amountCount;
  const flagCount = count(SAME_FLAGS);
  const keys = HEADER_BYTES + 4 * rows;
  const amounts = keys + 4 * keyCount;
  const currencies = amounts + 4 * amountCount;
  const wide = currencies + 2 * currencyCount;
  const flags = wide + wideCount;
  const bytes = (flags + flagCount + 3) & ~3;
  return { keys, amounts, currencies, wide, flags, bytes, keyCount, amountCount, currencyCount, wideCount, flagCount };
}
