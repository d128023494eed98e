import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../time.ts';

/** The windows that tiles can answer for, each from tiles of its own length: at most one tile of the window's oldest part is missing. */
export const TILE_LEVELS = {
  minute: { tileMs: SECOND_MS, tiles: 60 },
  fiveMinutes: { tileMs: 5 * SECOND_MS, tiles: 60 },
  hour: { tileMs: MINUTE_MS, tiles: 60 },
  day: { tileMs: 15 * MINUTE_MS, tiles: 96 },
  week: { tileMs: HOUR_MS, tiles: 168 },
  month: { tileMs: 6 * HOUR_MS, tiles: 120 },
} as const;

export type TileLevel = keyof typeof TILE_LEVELS;

/** A level and where its tiles begin in the columns of a shape. */
export interface PlacedLevel {
  readonly level: TileLevel;
  readonly tileMs: number;
  readonly tiles: number;
  readonly first: number;
}

/** Which levels a set of tiles has, and whether it sums amounts beside counting. */
export interface TileShape {
  readonly levels: readonly PlacedLevel[];
  /** Of all levels together. */
  readonly tiles: number;
  readonly hasSums: boolean;
}

/**
 * Counts, and sums of amounts, of events that are no longer known one by one. The tile of time t at a level is floor(t / tileMs), counted from 1970, so
 * that equal events give equal tiles in whatever order they come. A level keeps its newest tiles, as many as its window has, up to that of `newestMs`.
 *
 * A count is exact below 2^32. A sum is an integer of 64 bits in two words and wraps there, after 18 million events of the greatest amount in one
 * tile, so that what was added can always be subtracted; asked for, it is rounded once, if it passes 2^53.
 *
 * Immutable. Copying it for every event costs less than sharing it would: all tiles of six levels are one buffer of 7 kB.
 */
export interface Tiles {
  readonly shape: TileShape;
  /** -Infinity when there are no tiles. */
  readonly newestMs: number;
  /** Columns of counts, then of the low and the high words of sums, if any; tile i of a level lies at i mod `tiles`. Without tiles, empty. */
  readonly words: Uint32Array<ArrayBuffer>;
}

/** What is added to the tiles of one moment. Negative values take away. */
export interface TileEntry {
  readonly timeMs: number;
  readonly count: number;
  /** Minor units, an integer of magnitude up to 2^53; nothing to tiles without sums. */
  readonly amountMinor: number;
}

/** What tiles say of a window. */
export interface TileTotals {
  readonly count: number;
  readonly sumMinor: number;
}

/** The shape with these levels. */
export function tileShape(levels: readonly TileLevel[], { hasSums }: { hasSums: boolean }): TileShape {
  let tiles = 0;
  const placed = levels.map((level) => {
    const first = tiles;
    tiles += TILE_LEVELS[level].tiles;
    return { level, ...TILE_LEVELS[level], first };
  });
  return { levels: placed, tiles, hasSums };
}

const NO_WORDS = new Uint32Array(0);
const TWO_32 = 2 ** 32;

/** Tiles that hold nothing. */
export function emptyTiles(shape: TileShape): Tiles {
  return { shape, newestMs: -Infinity, words: NO_WORDS };
}

/** Whether they hold nothing. */
export function areEmptyTiles({ words }: Tiles): boolean {
  return words.length === 0;
}

/**
 * The tiles with an entry added, and without what has left every window that ends at `newestMs`: the owner's newest time, from which what is kept is
 * counted. An entry that is too old for a level does not enter it. Entries commute when the last `newestMs` is the greatest.
 */
export function addToTiles(tiles: Tiles, { timeMs, count, amountMinor }: TileEntry, newestMs: number): Tiles {
  const { shape } = tiles;
  const toMs = Math.max(tiles.newestMs, newestMs, timeMs);
  const isTooOld = shape.levels.every((level) => !isKept(level, timeMs, toMs));
  if (isTooOld) return expireTiles(tiles, toMs);
  const next = advanced(tiles, toMs);
  const sumHigh = Math.floor(amountMinor / TWO_32);
  const sumLow = amountMinor - sumHigh * TWO_32;
  for (const level of shape.levels) {
    if (!isKept(level, timeMs, toMs)) continue;
    const at = level.first + slotOf(Math.floor(timeMs / level.tileMs), level.tiles);
    next.words[at]! += count;
    if (!shape.hasSums) continue;
    const low = next.words[shape.tiles + at]! + sumLow;
    next.words[shape.tiles + at] = low;
    next.words[2 * shape.tiles + at]! += sumHigh + (low < TWO_32 ? 0 : 1);
  }
  return next;
}

/**
 * The tiles without what has left every window that ends at `newestMs`; empty ones when all has. An owner whose newest time moves calls it each time,
 * so that what is kept does not depend on when entries were added.
 */
export function expireTiles(tiles: Tiles, newestMs: number): Tiles {
  if (tiles.words.length === 0 || newestMs <= tiles.newestMs) return tiles;
  const next = advanced(tiles, newestMs);
  return next.words.every((word) => word === 0) ? emptyTiles(tiles.shape) : next;
}

/**
 * Count and sum of the window of `level` that ends at `timeMs`, from the tile of that time and the ones before it, as many as the window has. Events
 * after `timeMs` in its own tile are in; of the window's oldest tile's length some events may be missing. Before `newestMs` the window is cut
 * where older tiles have left.
 */
export function tilesIn({ shape, newestMs, words }: Tiles, level: TileLevel, timeMs: number): TileTotals {
  const placed = shape.levels.find((one) => one.level === level);
  if (placed === undefined || words.length === 0) return { count: 0, sumMinor: 0 };
  const { tileMs, tiles: size, first } = placed;
  const newest = Math.floor(newestMs / tileMs);
  const last = Math.min(Math.floor(timeMs / tileMs), newest);
  const after = Math.max(Math.floor(timeMs / tileMs), newest) - size;
  let [count, low, high] = [0, 0, 0];
  let slot = slotOf(after + 1, size);
  for (let index = after + 1; index <= last; index++, slot = slot + 1 === size ? 0 : slot + 1) {
    count += words[first + slot]!;
    if (!shape.hasSums) continue;
    low += words[shape.tiles + first + slot]!;
    high += words[2 * shape.tiles + first + slot]!;
  }
  return { count, sumMinor: high * TWO_32 + low };
}

/** Where the tile of an absolute index lies in its level. */
export function slotOf(index: number, size: number): number {
  const slot = index % size;
  return slot < 0 ? slot + size : slot;
}

function isKept({ tileMs, tiles: size }: PlacedLevel, timeMs: number, newestMs: number): boolean {
  return Math.floor(timeMs / tileMs) > Math.floor(newestMs / tileMs) - size;
}

/** A copy to write to, with the tiles zeroed that leave or begin when `newestMs` comes. */
function advanced({ shape, newestMs, words }: Tiles, toMs: number): Tiles {
  const columns = shape.hasSums ? 3 : 1;
  if (words.length === 0) return { shape, newestMs: toMs, words: new Uint32Array(columns * shape.tiles) };
  const next = words.slice();
  for (const { tileMs, tiles: size, first } of shape.levels) {
    const to = Math.floor(toMs / tileMs);
    const from = Math.max(Math.floor(newestMs / tileMs), to - size);
    for (let index = from + 1; index <= to; index++) {
      const at = first + slotOf(index, size);
      for (let column = 0; column < columns; column++) next[column * shape.tiles + at] = 0;
    }
  }
  return { shape, newestMs: Math.max(newestMs, toMs), words: next };
}
