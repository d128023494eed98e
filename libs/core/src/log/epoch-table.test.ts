import { describe, expect, it } from 'vitest';
import {
  baseOf,
  EPOCH_TABLE_SIZE,
  formatEpochTable,
  parseEpochTable,
  withEpoch,
  type EpochBase,
} from './epoch-table.ts';

describe('the table of epochs', () => {
  it('keeps the smallest epoch of each base', () => {
    const table = [1, 2, 3].reduce<readonly EpochBase[]>(
      (so, epoch) => withEpoch(so, { epoch, base: epoch < 3 ? 0 : 50 }),
      [],
    );
    expect(table).toEqual([
      { epoch: 1, base: 0 },
      { epoch: 3, base: 50 },
    ]);
    expect([1, 2, 3, 9].map((epoch) => baseOf(table, epoch))).toEqual([0, 0, 50, 50]);
  });

  it('forgets the oldest beyond its size, and says so', () => {
    let table: readonly EpochBase[] = [];
    for (let epoch = 1; epoch <= EPOCH_TABLE_SIZE + 5; epoch++) table = withEpoch(table, { epoch, base: 10 * epoch });
    expect(table).toHaveLength(EPOCH_TABLE_SIZE);
    expect(baseOf(table, 5)).toBeNull();
    expect(baseOf(table, 6)).toBe(60);
  });

  it('survives its text, and refuses other text', () => {
    const table = [
      { epoch: 1, base: 0 },
      { epoch: 4, base: 123_456_789 },
    ];
    expect(parseEpochTable(formatEpochTable(table))).toEqual(table);
    expect(parseEpochTable('')).toEqual([]);
    expect(['1:', '1:2,', 'a:b', undefined].map(parseEpochTable)).toEqual([null, null, null, null]);
  });
});
