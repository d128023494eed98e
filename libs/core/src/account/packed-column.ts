import { assert } from '../faults.ts';

/** A column of whole numbers from 0 to 2^48 - 1 in a record, each in the same `width` of 0 to 6 bytes: first the low parts of all, then the high. */
export interface PackedColumn {
  /** Where it begins. */
  readonly at: number;
  readonly rows: number;
  readonly width: number;
}

/** Where values are read to; the column's width fits it. */
export type PackedValues = Float64Array | Uint32Array | Uint16Array;

const LARGEST = 2 ** 48;

let scratch = new Float64Array(1024);

/** Room for the values of one column while it is written: the next call gives the same. */
export function scratchColumn(rows: number): Float64Array {
  if (scratch.length < rows) scratch = new Float64Array(2 * rows);
  return scratch;
}

/** The least width that holds `largest`: 0 for 0. */
export function widthOf(largest: number): number {
  assert(largest >= 0 && largest < LARGEST, 'a number fits in its column');
  let width = 0;
  for (let beyond = 1; beyond <= largest; beyond *= 256) width++;
  return width;
}

/** Bytes of a number's low part; the rest, if any, is its high part. */
function lowBytes(width: number): number {
  if (width >= 4) return 4;
  return width >= 2 ? 2 : width;
}

/** Writes the first `rows` values. */
export function writeColumn(record: DataView, { at, rows, width }: PackedColumn, values: Float64Array): void {
  const low = lowBytes(width);
  writePart(record, { at, rows, width: low }, { values, divisor: 1 });
  writePart(record, { at: at + low * rows, rows, width: width - low }, { values, divisor: 2 ** (8 * low) });
}

function writePart(
  record: DataView,
  { at, rows, width }: PackedColumn,
  { values, divisor }: { values: Float64Array; divisor: number },
): void {
  if (width === 4) for (let i = 0; i < rows; i++) record.setUint32(at + 4 * i, values[i]!, true);
  else if (width === 2) for (let i = 0; i < rows; i++) record.setUint16(at + 2 * i, values[i]! / divisor, true);
  else if (width === 1) for (let i = 0; i < rows; i++) record.setUint8(at + i, values[i]! / divisor);
}

/** Reads into the first `rows` places of `values`. */
export function readColumn(record: DataView, { at, rows, width }: PackedColumn, values: PackedValues): void {
  const low = lowBytes(width);
  if (low === 4) for (let i = 0; i < rows; i++) values[i] = record.getUint32(at + 4 * i, true);
  else if (low === 2) for (let i = 0; i < rows; i++) values[i] = record.getUint16(at + 2 * i, true);
  else if (low === 1) for (let i = 0; i < rows; i++) values[i] = record.getUint8(at + i);
  if (width === low) return;
  const highAt = at + low * rows;
  const factor = 2 ** (8 * low);
  if (width - low === 2) for (let i = 0; i < rows; i++) values[i]! += factor * record.getUint16(highAt + 2 * i, true);
  else for (let i = 0; i < rows; i++) values[i]! += factor * record.getUint8(highAt + i);
}
