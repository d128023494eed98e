import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CorruptRecord } from '../account/record-envelope.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../time.ts';
import { readTiles, tilesBytes, writeTiles } from './tiles-codec.ts';
import {
  addToTiles,
  areEmptyTiles,
  emptyTiles,
  expireTiles,
  TILE_LEVELS,
  tilesIn,
  tileShape,
  type TileEntry,
  type TileLevel,
  type Tiles,
  type TileTotals,
} from './tiles.ts';

const LEVELS = Object.keys(TILE_LEVELS) as TileLevel[];
const ALL = tileShape(LEVELS, { hasSums: true });
const T = Date.UTC(2026, 0, 1);

const SPANS = [0, SECOND_MS, MINUTE_MS, 5 * MINUTE_MS, HOUR_MS, DAY_MS, 7 * DAY_MS, 30 * DAY_MS, 31 * DAY_MS];
const times = fc
  .oneof(
    fc.integer({ min: 0, max: 10 * MINUTE_MS }),
    fc.integer({ min: 0, max: 40 * DAY_MS }),
    fc.constantFrom(...SPANS),
  ) // prettier-ignore
  .chain((span) => fc.constantFrom(-1, 0, 1).map((off) => T + span + off));
const entries = fc.record({
  timeMs: fc.oneof({ weight: 9, arbitrary: times }, { weight: 1, arbitrary: fc.constantFrom(-1, 0, -DAY_MS) }),
  count: fc.constantFrom(0, 1, 1, 1, 300, 70_000),
  amountMinor: fc.oneof(fc.integer({ min: 0, max: 20_000 }), fc.constantFrom(0, 2 ** 32 - 1, 2 ** 32, 10 ** 12)),
});
const histories = fc.array(entries, { maxLength: 30, size: 'max' });
const shapes = fc
  .tuple(fc.subarray(LEVELS, { minLength: 1 }), fc.boolean())
  .map(([levels, hasSums]) => tileShape(levels, { hasSums }));

function tilesOf(list: readonly TileEntry[], shape = ALL): Tiles {
  return list.reduce((tiles, entry) => addToTiles(tiles, entry, -Infinity), emptyTiles(shape));
}

/** By the definition, from a plain list: what lies in the tiles of the window that are kept. */
function totalsOf(list: readonly TileEntry[], level: TileLevel, timeMs: number): TileTotals {
  const { tileMs, tiles } = TILE_LEVELS[level];
  const tileOf = (time: number): number => Math.floor(time / tileMs);
  const newest = tileOf(Math.max(...list.map((entry) => entry.timeMs)));
  const inside = list.filter((entry) => {
    const tile = tileOf(entry.timeMs);
    return tile <= tileOf(timeMs) && tile > tileOf(timeMs) - tiles && tile > newest - tiles;
  });
  return {
    count: inside.reduce((sum, { count }) => sum + count, 0),
    sumMinor: inside.reduce((sum, { amountMinor }) => sum + amountMinor, 0),
  };
}

function encoded(tiles: Tiles, before = 0): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(before + tilesBytes(tiles));
  expect(writeTiles(tiles, new DataView(bytes.buffer), before)).toBe(bytes.length);
  return bytes;
}

function decoded(bytes: Uint8Array<ArrayBuffer>, shape = ALL, before = 0): Tiles {
  const { tiles, end } = readTiles(shape, new DataView(bytes.buffer), before);
  expect(end).toBe(bytes.length);
  return tiles;
}

function readOrRefused(bytes: Uint8Array<ArrayBuffer>): { tiles: Tiles; end: number } | null {
  try {
    return readTiles(ALL, new DataView(bytes.buffer), 0);
  } catch (error) {
    if (error instanceof CorruptRecord) return null;
    throw error;
  }
}

describe('tiles', () => {
  it('count and sum what lies in the tiles of a window, whatever the order, late questions included', () => {
    fc.assert(
      fc.property(histories, times, shapes, (list, timeMs, shape) => {
        const tiles = tilesOf(list, shape);
        for (const { level } of shape.levels) {
          const { count, sumMinor } = totalsOf(list, level, timeMs);
          expect(tilesIn(tiles, level, timeMs)).toEqual({ count, sumMinor: shape.hasSums ? sumMinor : 0 });
        }
      }),
      { numRuns: 500 },
    );
  });

  it('differ from the exact window by at most the events of its oldest tile, when asked at the newest time', () => {
    fc.assert(
      fc.property(histories, fc.constantFrom(...LEVELS), (list, level) => {
        const { tileMs, tiles: size } = TILE_LEVELS[level];
        const newestMs = Math.max(T, ...list.map(({ timeMs }) => timeMs));
        const countSince = (startMs: number): number =>
          list.reduce((sum, { timeMs, count }) => sum + (timeMs > startMs ? count : 0), 0);
        const { count } = tilesIn(expireTiles(tilesOf(list), newestMs), level, newestMs);
        expect(count).toBeLessThanOrEqual(countSince(newestMs - size * tileMs));
        expect(count).toBeGreaterThanOrEqual(countSince(newestMs - (size - 1) * tileMs));
      }),
    );
  });

  it('are the same bytes for the same entries in any order, and read back as they were', () => {
    const shuffled = histories.chain((list) =>
      fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })),
    );
    fc.assert(
      fc.property(shuffled, shapes, fc.nat(5), ([list, other], shape, before) => {
        const newestMs = Math.max(...list.map(({ timeMs }) => timeMs));
        const tiles = expireTiles(tilesOf(list, shape), newestMs);
        const bytes = encoded(tiles, before);
        expect(encoded(expireTiles(tilesOf(other, shape), newestMs), before)).toEqual(bytes);
        const read = decoded(bytes, shape, before);
        expect(encoded(read, before)).toEqual(bytes);
        for (const { level } of shape.levels) {
          expect(tilesIn(read, level, newestMs)).toEqual(tilesIn(tiles, level, newestMs));
        }
      }),
    );
  });

  it('are not changed by what is added to them', () => {
    const before = tilesOf([{ timeMs: T, count: 1, amountMinor: 5 }]);
    const bytes = encoded(before);
    addToTiles(before, { timeMs: T + DAY_MS, count: 1, amountMinor: 5 }, -Infinity);
    expireTiles(before, T + 90 * DAY_MS);
    expect(encoded(before)).toEqual(bytes);
  });

  it('are empty again when everything in them was taken away or has left', () => {
    const entry = { timeMs: T, count: 2, amountMinor: 10 ** 12 };
    const taken = addToTiles(tilesOf([entry]), { ...entry, count: -2, amountMinor: -entry.amountMinor }, T);
    expect(encoded(taken)).toEqual(encoded(emptyTiles(ALL)));
    expect(areEmptyTiles(expireTiles(tilesOf([entry]), T + 30 * DAY_MS - 1))).toBe(false);
    expect(areEmptyTiles(expireTiles(tilesOf([entry]), T + 30 * DAY_MS))).toBe(true);
    expect(areEmptyTiles(addToTiles(emptyTiles(ALL), entry, T + 30 * DAY_MS))).toBe(true);
  });

  it('take away exactly what a sum beyond 2^53 was given', () => {
    const large = { timeMs: T, count: 1, amountMinor: 2 ** 53 - 1 };
    let tiles = tilesOf([{ timeMs: T, count: 1, amountMinor: 7 }]);
    for (let i = 0; i < 2000; i++) tiles = addToTiles(tiles, large, T);
    expect(tilesIn(tiles, 'month', T)).toEqual({ count: 2001, sumMinor: 2000 * (2 ** 53 - 1) + 7 });
    for (let i = 0; i < 2000; i++)
      tiles = addToTiles(tiles, { ...large, count: -1, amountMinor: -large.amountMinor }, T);
    expect(tilesIn(tiles, 'month', T)).toEqual({ count: 1, sumMinor: 7 });
  });

  it('of all levels, full, take less than 4 kB when counts and sums are moderate', () => {
    let tiles = emptyTiles(ALL);
    for (let age = 30 * DAY_MS; age >= 0; age -= age > DAY_MS ? HOUR_MS : age > HOUR_MS ? MINUTE_MS : SECOND_MS) {
      tiles = addToTiles(tiles, { timeMs: T - age, count: 1, amountMinor: 5000 }, -Infinity);
    }
    expect(encoded(tiles).length).toBeLessThan(4000);
  });

  it('are refused, or read as something that is written so, whatever the bytes are', () => {
    const damaged = fc.tuple(histories, fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 3 }), fc.nat(9));
    fc.assert(
      fc.property(damaged, ([list, changes, cut]) => {
        const whole = encoded(tilesOf(list));
        for (const [at, byte] of changes) whole[at % whole.length] = byte;
        const bytes = whole.slice(0, whole.length - cut);
        const read = readOrRefused(bytes);
        expect(read === null ? null : encoded(read.tiles)).toEqual(read === null ? null : bytes.slice(0, read.end));
      }),
      { numRuns: 1000 },
    );
  });
});
