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
  let bits = SAME_KEYS | SAME_AMOUNTS | SAME_CURRENCIES | SAME_FLAGS;
  let largest = amountsMinor[first]!;
  for (let row = first + 1; row < end; row++) {
    if (keys[row] !== keys[first]) bits &= ~SAME_KEYS;
    if (amountsMinor[row] !== amountsMinor[first]) bits &= ~SAME_AMOUNTS;
    if (currencies[row] !== currencies[first]) bits &= ~SAME_CURRENCIES;
    if (flags[row] !== flags[first]) bits &= ~SAME_FLAGS;
    if (amountsMinor[row]! > largest) largest = amountsMinor[row]!;
  }
  if (largest >= TWO_32) bits |= WIDE;
  assert(largest < TWO_40 && timesMs[end - 1]! - timesMs[first]! < TWO_32, 'a log fits in its record');
  return { bits, bytes: layout(end - first, bits).bytes };
}

/** Writes a log from byte `at` on. */
export function writeLog(log: EntityLog, { bits }: LogRange, view: DataView, at: number): void {
  const { first, end, timesMs, keys, amountsMinor, currencies, flags } = log;
  const rows = end - first;
  const to = layout(rows, bits);
  const originMs = timesMs[first]!;
  view.setFloat64(at, originMs, true);
  view.setFloat64(at + 8, log.truncatedMs, true);
  view.setUint32(at + 16, bits, true);
  for (let i = 0; i < rows; i++) view.setUint32(at + HEADER_BYTES + 4 * i, timesMs[first + i]! - originMs, true);
  for (let i = 0; i < to.keyCount; i++) view.setUint32(at + to.keys + 4 * i, keys[first + i]!, true);
  for (let i = 0; i < to.amountCount; i++) view.setUint32(at + to.amounts + 4 * i, amountsMinor[first + i]!, true);
  for (let i = 0; i < to.currencyCount; i++) view.setUint16(at + to.currencies + 2 * i, currencies[first + i]!, true);
  for (let i = 0; i < to.wideCount; i++) view.setUint8(at + to.wide + i, amountsMinor[first + i]! / TWO_32);
  for (let i = 0; i < to.flagCount; i++) view.setUint8(at + to.flags + i, flags[first + i]!);
}

/** Room for transactions to come in a log that is read. */
const SPARE_ROWS = 4;

/** The log of `rows` rows from byte `at` on, and its length. Throws `CorruptRecord`. */
export function readLog(view: DataView, at: number, rows: number): { log: EntityLog; bytes: number } {
  if (rows === 0) return { log: emptyEntityLog(), bytes: 0 };
  if (at + HEADER_BYTES > view.byteLength) throw new CorruptRecord('an entity record ends in the header of a log');
  const bits = view.getUint32(at + 16, true);
  const from = layout(rows, bits);
  if (bits > ALL_BITS || at + from.bytes > view.byteLength) throw new CorruptRecord('an entity record ends in a log');
  const log = newEntityLog(rows, SPARE_ROWS, view.getFloat64(at + 8, true));
  const { timesMs, keys, amountsMinor, currencies, flags } = log;
  const originMs = view.getFloat64(at, true);
  const [key, amount, currency, flag] = [from.keyCount, from.amountCount, from.currencyCount, from.flagCount].map(
    (count) => (count === 1 ? 0 : 1),
  ) as [number, number, number, number];
  for (let row = 0; row < rows; row++) {
    const fifth = (bits & WIDE) === 0 ? 0 : view.getUint8(at + from.wide + amount * row);
    timesMs[row] = originMs + view.getUint32(at + HEADER_BYTES + 4 * row, true);
    keys[row] = view.getUint32(at + from.keys + 4 * key * row, true);
    amountsMinor[row] = view.getUint32(at + from.amounts + 4 * amount * row, true) + fifth * TWO_32;
    currencies[row] = view.getUint16(at + from.currencies + 2 * currency * row, true);
    flags[row] = view.getUint8(at + from.flags + flag * row);
  }
  checkRows(log);
  return { log, bytes: from.bytes };
}

function checkRows({ timesMs, keys, truncatedMs, end }: EntityLog): void {
  const isOrdered = timesMs.subarray(0, end).every((time, row) => {
    if (row === 0) return Number.isSafeInteger(time);
    return time > timesMs[row - 1]! || (time === timesMs[row - 1] && keys[row]! >= keys[row - 1]!);
  });
  if (!isOrdered) throw new CorruptRecord('the transactions of an entity record are not in order');
  if (!(truncatedMs <= timesMs[0]!))
    throw new CorruptRecord('an entity record misses later transactions than it holds');
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
