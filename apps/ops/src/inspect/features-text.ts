import type { AccountFeatureDto } from '#libs/contracts';
import { textTable, type TextColumn } from './text-table.ts';

const COLUMNS: readonly TextColumn[] = [
  { name: 'number', isNumber: true },
  { name: 'feature' },
  { name: 'value', isNumber: true },
  { name: 'unit' },
  { name: 'events', isNumber: true },
  { name: 'of its window' },
  { name: 'exact' },
];

/** What an account says at its watermark, for people; [] of one without transactions. Left out is what says something of a transaction. */
export function featuresText(features: readonly AccountFeatureDto[]): string[] {
  const cells = features.flatMap(({ number, name, value, unit, window_s: windowSeconds, support }) => {
    if (support === null) return [];
    const { events, covered_s: seconds, exact } = support;
    const covered = windowSeconds === null || seconds === null ? '' : percentText(seconds / windowSeconds);
    const valueText = value === null ? 'missing' : String(value);
    return [[String(number), name, valueText, unit, String(events), covered, exact ? '' : 'no']];
  });
  if (cells.length === 0) return [];
  return ['', 'What the next transaction would be scored with, at the watermark', ...textTable(COLUMNS, cells)];
}

function percentText(share: number): string {
  return `${Math.floor(100 * share)} %`;
}
