import { CorruptRecord } from '../account/record-envelope.ts';
import { emptyTiles, slotOf, type PlacedLevel, type Tiles, type TileShape } from './tiles.ts';

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

/** How many tiles of a level are written, and how wide. */
interface LevelSize {
  readonly used: number;
  readonly widths: Widths;
}

/** How many bytes `writeTiles` takes. */
export function tilesBytes(tiles: Tiles): number {
  return tiles.shape.levels.reduce((bytes, level) => {
    const { used, widths } = measure(tiles, level);
    return bytes + LEVEL_HEADER_BYTES + used * (1 + widths.count + widths.sum);
  }, HEADER_BYTES);
}

/** Writes tiles from byte `at` on and returns where they end. */
export function writeTiles(tiles: Tiles, view: DataView, at: number): number {
  const { shape, newestMs } = tiles;
  let to = at + HEADER_BYTES;
  let isEmpty = true;
  for (const level of shape.levels) {
    const { used, widths } = measure(tiles, level);
    view.setUint8(to, used);
    view.setUint8(to + 1, widths.count + 16 * widths.sum);
    to += LEVEL_HEADER_BYTES;
    if (used === 0) continue;
    isEmpty = false;
    to = writeLevel(tiles, level, widths, { view, at: to });
  }
  view.setFloat64(at, isEmpty ? -Infinity : newestMs, true);
  return to;
}

function writeLevel(
  { shape, newestMs, words }: Tiles,
  { tileMs, tiles: size, first }: PlacedLevel,
  widths: Widths,
  { view, at }: { view: DataView; at: number },
): number {
  let to = at;
  let slot = slotOf(Math.floor(newestMs / tileMs) + 1, size);
  for (let age = size - 1; age >= 0; age--, slot = slot + 1 === size ? 0 : slot + 1) {
    const count = words[first + slot]!;
    const low = shape.hasSums ? words[shape.tiles + first + slot]! : 0;
    const high = shape.hasSums ? words[2 * shape.tiles + first + slot]! : 0;
    if ((count | low | high) === 0) continue;
    view.setUint8(to, age);
    if (widths.count === 1) view.setUint8(to + 1, count);
    else if (widths.count === 2) view.setUint16(to + 1, count, true);
    else view.setUint32(to + 1, count, true);
    to += 1 + widths.count;
    if (widths.sum >= 4) view.setUint32(to, low, true);
    if (widths.sum === 8) view.setUint32(to + 4, high, true);
    to += widths.sum;
  }
  return to;
}

/** The tiles from byte `at` on, and where they end. Throws `CorruptRecord` for what `writeTiles` does not write. */
export function readTiles(shape: TileShape, view: DataView, at: number): { tiles: Tiles; end: number } {
  const newestMs = fits(view, at, HEADER_BYTES) ? view.getFloat64(at, true) : NaN;
  if (!Number.isSafeInteger(newestMs) && newestMs !== -Infinity) throw new CorruptRecord('tiles have no newest time');
  const tiles: Tiles = { shape, newestMs, words: new Uint32Array((shape.hasSums ? 3 : 1) * shape.tiles) };
  let isEmpty = true;
  let end = at + HEADER_BYTES;
  for (const level of shape.levels) {
    if (!fits(view, end, LEVEL_HEADER_BYTES)) throw new CorruptRecord('tiles are cut off');
    const used = view.getUint8(end);
    const packed = view.getUint8(end + 1);
    end = readLevel(tiles, level, { used, widths: { count: packed % 16, sum: packed >>> 4 } }, { view, at: end + 2 });
    isEmpty &&= used === 0;
  }
  if (isEmpty !== (newestMs === -Infinity)) throw new CorruptRecord('tiles without a time, or a time without tiles');
  return { tiles: isEmpty ? emptyTiles(shape) : tiles, end };
}

function readLevel(
  tiles: Tiles,
  level: PlacedLevel,
  { used, widths }: LevelSize,
  { view, at }: { view: DataView; at: number },
): number {
  const { shape, newestMs, words } = tiles;
  const { tileMs, tiles: size, first } = level;
  const newest = newestMs === -Infinity ? 0 : slotOf(Math.floor(newestMs / tileMs), size);
  const end = at + used * (1 + widths.count + widths.sum);
  if (!fits(view, at, end - at)) throw new CorruptRecord('tiles are cut off');
  let before = size;
  for (let from = at; from < end; from += 1 + widths.count + widths.sum) {
    const age = view.getUint8(from);
    if (age >= before) throw new CorruptRecord('tiles are not in order');
    before = age;
    const slot = first + newest - age + (age > newest ? size : 0);
    words[slot] = readCount(view, from + 1, widths.count);
    const sumAt = from + 1 + widths.count;
    if (widths.sum >= 4) words[shape.tiles + slot] = view.getUint32(sumAt, true);
    if (widths.sum === 8) words[2 * shape.tiles + slot] = view.getUint32(sumAt + 4, true);
  }
  const needed = measure(tiles, level);
  if (needed.used !== used || needed.widths.count !== widths.count || needed.widths.sum !== widths.sum) {
    throw new CorruptRecord('tiles are not written as narrow as they can be');
  }
  return end;
}

function readCount(view: DataView, at: number, bytes: number): number {
  if (bytes === 1) return view.getUint8(at);
  return bytes === 2 ? view.getUint16(at, true) : view.getUint32(at, true);
}

/** How many tiles of a level are not zero, and the bytes that the largest count and sum need. */
function measure({ shape, words }: Tiles, { first, tiles: size }: PlacedLevel): LevelSize {
  if (words.length === 0) return { used: 0, widths: { count: 1, sum: 0 } };
  const { hasSums, tiles } = shape;
  let [used, counts, lows, highs] = [0, 0, 0, 0];
  for (let at = first; at < first + size; at++) {
    const count = words[at]!;
    const low = hasSums ? words[tiles + at]! : 0;
    const high = hasSums ? words[2 * tiles + at]! : 0;
    if ((count | low | high) !== 0) used++;
    counts |= count;
    lows |= low;
    highs |= high;
  }
  const count = counts >>> 0 < 0x100 ? 1 : counts >>> 0 < 0x1_0000 ? 2 : 4;
  return { used, widths: { count, sum: highs !== 0 ? 8 : lows !== 0 ? 4 : 0 } };
}

function fits(view: DataView, at: number, bytes: number): boolean {
  return at + bytes <= view.byteLength;
}
