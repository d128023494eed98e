import { CorruptRecord } from '../account/record-envelope.ts';
import { emptyTiles, slotOf, type Tiles, type TileShape } from './tiles.ts';

/*
 * Tiles in a range of a record, at any offset, little-endian. f64 newest time; then for each level of the shape: u8 number of tiles that are not zero;
 * u8 bytes of a count (1, 2 or 4) and, times 16, of a sum (0, 4 or 8), the least that hold the largest; and the tiles from the oldest on, each a
 * u8 of how many tiles it lies before that of the newest time, its count and its sum. Equal tiles give equal bytes.
 */

const HEADER_BYTES = 8;
const LEVEL_HEADER_BYTES = 2;

interface Widths {
  readonly count: number;
  readonly sum: number;
}

/** How many bytes `writeTiles` takes. */
export function tilesBytes(tiles: Tiles): number {
  return tiles.shape.levels.reduce((bytes, { first, tiles: size }) => {
    const { used, widths } = measure(tiles, first, size);
    return bytes + LEVEL_HEADER_BYTES + used * (1 + widths.count + widths.sum);
  }, HEADER_BYTES);
}

/** Writes tiles from byte `at` on and returns where they end. */
export function writeTiles(tiles: Tiles, view: DataView, at: number): number {
  const { shape, newestMs, words } = tiles;
  const isEmpty = words.every((word) => word === 0);
  view.setFloat64(at, isEmpty ? -Infinity : newestMs, true);
  let to = at + HEADER_BYTES;
  for (const { tileMs, tiles: size, first } of shape.levels) {
    const { used, widths } = measure(tiles, first, size);
    view.setUint8(to, used);
    view.setUint8(to + 1, widths.count + 16 * widths.sum);
    to += LEVEL_HEADER_BYTES;
    if (used === 0) continue;
    const newest = Math.floor(newestMs / tileMs);
    for (let age = size - 1; age >= 0; age--) {
      const slot = first + slotOf(newest - age, size);
      if (isZero(tiles, slot)) continue;
      view.setUint8(to, age);
      write(view, to + 1, widths.count, { low: words[slot]!, high: 0 });
      if (widths.sum > 0) {
        const sum = { low: words[shape.tiles + slot]!, high: words[2 * shape.tiles + slot]! };
        write(view, to + 1 + widths.count, widths.sum, sum);
      }
      to += 1 + widths.count + widths.sum;
    }
  }
  return to;
}

/** The tiles from byte `at` on, and where they end. Throws `CorruptRecord` for what `writeTiles` does not write. */
export function readTiles(shape: TileShape, view: DataView, at: number): { tiles: Tiles; end: number } {
  const newestMs = fits(view, at, HEADER_BYTES) ? view.getFloat64(at, true) : NaN;
  if (!Number.isSafeInteger(newestMs) && newestMs !== -Infinity) throw new CorruptRecord('tiles have no newest time');
  const tiles: Tiles = { shape, newestMs, words: new Uint32Array((shape.hasSums ? 3 : 1) * shape.tiles) };
  let end = at + HEADER_BYTES;
  for (const { tileMs, tiles: size, first } of shape.levels) {
    const newest = Math.floor(newestMs / tileMs);
    end = readLevel(tiles, { view, at: end }, { first, size, newest });
  }
  const isEmpty = tiles.words.every((word) => word === 0);
  if (isEmpty !== (newestMs === -Infinity)) throw new CorruptRecord('tiles without a time, or a time without tiles');
  return { tiles: isEmpty ? emptyTiles(shape) : tiles, end };
}

function readLevel(
  tiles: Tiles,
  { view, at }: { view: DataView; at: number },
  { first, size, newest }: { first: number; size: number; newest: number },
): number {
  if (!fits(view, at, LEVEL_HEADER_BYTES)) throw new CorruptRecord('tiles are cut off');
  const { shape, words } = tiles;
  const used = view.getUint8(at);
  const packed = view.getUint8(at + 1);
  const widths = { count: packed % 16, sum: packed >>> 4 };
  const bytes = 1 + widths.count + widths.sum;
  let from = at + LEVEL_HEADER_BYTES;
  if (!fits(view, from, used * bytes)) throw new CorruptRecord('tiles are cut off');
  let before = size;
  for (let i = 0; i < used; i++, from += bytes) {
    const age = view.getUint8(from);
    if (age >= before || newest === -Infinity) throw new CorruptRecord('tiles are not in order');
    before = age;
    const slot = first + slotOf(newest - age, size);
    words[slot] = read(view, from + 1, widths.count).low;
    if (!shape.hasSums) continue;
    const { low, high } = read(view, from + 1 + widths.count, widths.sum);
    words[shape.tiles + slot] = low;
    words[2 * shape.tiles + slot] = high;
  }
  const needed = measure(tiles, first, size);
  if (needed.used !== used || needed.widths.count !== widths.count || needed.widths.sum !== widths.sum) {
    throw new CorruptRecord('tiles are not written as narrow as they can be');
  }
  return from;
}

/** How many tiles of a level are not zero, and the bytes that the largest count and sum need. */
function measure({ shape, words }: Tiles, first: number, size: number): { used: number; widths: Widths } {
  if (words.length === 0) return { used: 0, widths: { count: 1, sum: 0 } };
  let [used, counts, lows, highs] = [0, 0, 0, 0];
  for (let at = first; at < first + size; at++) {
    const count = words[at]!;
    const low = shape.hasSums ? words[shape.tiles + at]! : 0;
    const high = shape.hasSums ? words[2 * shape.tiles + at]! : 0;
    if ((count | low | high) === 0) continue;
    used += 1;
    counts |= count;
    lows |= low;
    highs |= high;
  }
  const count = counts >>> 0 < 0x100 ? 1 : counts >>> 0 < 0x1_0000 ? 2 : 4;
  const sum = highs !== 0 ? 8 : lows !== 0 ? 4 : 0;
  return { used, widths: { count, sum } };
}

function isZero({ shape, words }: Tiles, slot: number): boolean {
  if (words[slot] !== 0) return false;
  return !shape.hasSums || (words[shape.tiles + slot] === 0 && words[2 * shape.tiles + slot] === 0);
}

function write(view: DataView, at: number, bytes: number, { low, high }: { low: number; high: number }): void {
  if (bytes === 1) view.setUint8(at, low);
  else if (bytes === 2) view.setUint16(at, low, true);
  else view.setUint32(at, low, true);
  if (bytes === 8) view.setUint32(at + 4, high, true);
}

function read(view: DataView, at: number, bytes: number): { low: number; high: number } {
  if (bytes === 0) return { low: 0, high: 0 };
  if (bytes === 1) return { low: view.getUint8(at), high: 0 };
  if (bytes === 2) return { low: view.getUint16(at, true), high: 0 };
  if (bytes === 4) return { low: view.getUint32(at, true), high: 0 };
  if (bytes === 8) return { low: view.getUint32(at, true), high: view.getUint32(at + 4, true) };
  throw new CorruptRecord(`a tile has no number of ${bytes} bytes`);
}

function fits(view: DataView, at: number, bytes: number): boolean {
  return at + bytes <= view.byteLength;
}
