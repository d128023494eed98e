import { assert } from '../faults.ts';
import { CorruptRecord } from './record-envelope.ts';

/*
 * A column of whole numbers from 0 to 2^48 - 1 in a record, each in as many bits as the largest needs: u8 width in bits; the low 24 bits of all, one after
 * the other from the lowest bit of the first byte on; from the next whole byte the rest of all, if they have more. Four bytes are read
 * and written at once, so that whoever has a column in its record has three more bytes behind it.
 */

const LOW_BITS = 24;
const LOW_STEP = 2 ** LOW_BITS;
const MOST_BITS = 48;
const BEYOND = 3;

let scratch = new Float64Array(1024);

/** Room for the values of one column: the next call may give the same. */
export function scratchColumn(rows: number): Float64Array {
  if (scratch.length < rows) scratch = new Float64Array(2 * rows);
  return scratch;
}

/** Writes the first `rows` values from `at` on and returns where they end; up to three bytes behind that become 0, and `values` change. */
export function writeColumn(record: DataView, at: number, rows: number, values: Float64Array): number {
  let largest = 0;
  let least = 0;
  for (let i = 0; i < rows; i++) {
    const value = values[i]!;
    if (value > largest) largest = value;
    if (value < least) least = value;
  }
  assert(least === 0 && largest < 2 ** MOST_BITS, 'a number fits in its column');
  const width = widthOf(largest);
  record.setUint8(at, width);
  const low = Math.min(width, LOW_BITS);
  const highAt = writeBits(record, { at: at + 1, rows, width: low }, values);
  if (width === low) return highAt;
  for (let i = 0; i < rows; i++) values[i] = Math.floor(values[i]! / LOW_STEP);
  return writeBits(record, { at: highAt, rows, width: width - low }, values);
}

/** Reads the column at `at` into the first `rows` places of `values` and returns where it ends. Throws `CorruptRecord` when that is too late. */
export function readColumn(record: DataView, at: number, rows: number, values: Float64Array): number {
  const width = at < record.byteLength ? record.getUint8(at) : MOST_BITS + 1;
  const low = Math.min(width, LOW_BITS);
  const highAt = at + 1 + bytesOf(rows, low);
  const end = highAt + bytesOf(rows, width - low);
  if (width > MOST_BITS || (end > at + 1 && end + BEYOND > record.byteLength)) {
    throw new CorruptRecord('a record ends in a column');
  }
  if (width === 0) {
    values.fill(0, 0, rows);
    return end;
  }
  const lowMask = 2 ** low - 1;
  for (let i = 0, bit = 0; i < rows; i++, bit += low) {
    values[i] = (record.getUint32(at + 1 + (bit >>> 3), true) >>> (bit & 7)) & lowMask;
  }
  if (width === low) return end;
  const highMask = 2 ** (width - low) - 1;
  for (let i = 0, bit = 0; i < rows; i++, bit += width - low) {
    values[i]! += LOW_STEP * ((record.getUint32(highAt + (bit >>> 3), true) >>> (bit & 7)) & highMask);
  }
  return end;
}

/** The low `width` bits of values, at most 24, and where they end. */
function writeBits(
  record: DataView,
  { at, rows, width }: { readonly at: number; readonly rows: number; readonly width: number },
  values: Float64Array,
): number {
  const mask = 2 ** width - 1;
  let to = at;
  let held = 0;
  let bits = 0;
  for (let i = 0; i < rows; i++) {
    held |= (values[i]! & mask) << bits;
    record.setUint32(to, held, true);
    bits += width;
    to += bits >>> 3;
    held >>>= bits & ~7;
    bits &= 7;
  }
  return bits > 0 ? to + 1 : to;
}

function widthOf(largest: number): number {
  const high = Math.floor(largest / LOW_STEP);
  return high === 0 ? 32 - Math.clz32(largest) : LOW_BITS + 32 - Math.clz32(high);
}

function bytesOf(rows: number, width: number): number {
  return Math.ceil((rows * width) / 8);
}
