/** On which sequence number an epoch was opened. */
export interface EpochBase {
  readonly epoch: number;
  readonly base: number;
}

/** Entries that an OPEN carries at most. */
export const EPOCH_TABLE_SIZE = 30;

/** The table with (epoch, base) added: ascending, one entry for each base (the smallest epoch that has it), the newest 30. */
export function withEpoch(table: readonly EpochBase[], added: EpochBase): readonly EpochBase[] {
  const last = table.at(-1);
  if (last !== undefined && last.base === added.base) return table;
  return [...table, added].slice(-EPOCH_TABLE_SIZE);
}

/** The base of `epoch`: that of the largest epoch in the table that is not above it; null when the table does not reach back so far. */
export function baseOf(table: readonly EpochBase[], epoch: number): number | null {
  return table.findLast((entry) => entry.epoch <= epoch)?.base ?? null;
}

/** `epoch:base,epoch:base,…`, the text of header `h`. */
export function formatEpochTable(table: readonly EpochBase[]): string {
  return table.map((entry) => `${entry.epoch}:${entry.base}`).join(',');
}

/** The inverse of `formatEpochTable`; null for anything else. */
export function parseEpochTable(text: string | undefined): readonly EpochBase[] | null {
  if (text === undefined || !/^(\d+:\d+(,\d+:\d+)*)?$/.test(text)) return null;
  if (text === '') return [];
  return text.split(',').map((entry) => {
    const [epoch, base] = entry.split(':').map(Number) as [number, number];
    return { epoch, base };
  });
}
