import type { DescribedLevel } from '#libs/core';
import { formatCount } from '../progress.ts';
import { amountText } from './amount-text.ts';

const NAMES: Readonly<Record<DescribedLevel['level'], string>> = {
  minute: '1 minute',
  fiveMinutes: '5 minutes',
  hour: '1 hour',
  day: '24 hours',
  week: '7 days',
  month: '30 days',
};

/** What tiles hold, a line for each window. */
export function tilesText(tiles: readonly DescribedLevel[], currency: string | null): string[] {
  return tiles.map(({ level, count, sumMinor }) => {
    const sum = sumMinor === null || currency === null ? '' : `, ${amountText(sumMinor, currency)}`;
    return `  ${NAMES[level].padEnd(10)} ${formatCount(count)}${sum}`;
  });
}
