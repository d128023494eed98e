import { areEmptyTiles, type TileLevel, type Tiles, tilesIn } from './tiles.ts';

/** What tiles of one window's level hold, in the window that ends at their newest time. */
export interface DescribedLevel {
  readonly level: TileLevel;
  readonly count: number;
  /** Minor units; null for tiles that sum nothing. */
  readonly sumMinor: number | null;
}

/** Totals of each level; [] of empty tiles. Pure. */
export function describeTiles(tiles: Tiles): readonly DescribedLevel[] {
  if (areEmptyTiles(tiles)) return [];
  const { shape, newestMs } = tiles;
  return shape.levels.map(({ level }) => {
    const { count, sumMinor } = tilesIn(tiles, level, newestMs);
    return { level, count, sumMinor: shape.hasSums ? sumMinor : null };
  });
}
