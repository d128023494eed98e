/** The columns of an event log; row i of all of them is one event. */
export interface ColumnArrays {
  readonly timesMs: Float64Array;
  /** What is left of them after reversals and refunds. */
  readonly amountsMinor: Float64Array;
  readonly seqs: Float64Array;
  readonly identityHigh: Uint32Array;
  readonly identityLow: Uint32Array;
  readonly contents: Uint32Array;
  /** Where the payer was: see `place.ts`. */
  readonly places: Uint32Array;
  /** Packed outcome, risk score, currency flag, label, and whether all was taken back: see `verdict.ts`. */
  readonly verdicts: Uint16Array;
  /** Whom it was with: a slot of the account's table of parties. */
  readonly parties: Uint16Array;
  /** What it was paid with: a slot of the account's table of instruments. */
  readonly instruments: Uint16Array;
}

/**
 * An account's event log: rows [first, end) of columns that states share. A row is never changed once it is in a state; a state that follows another
 * may put its event into the first row that no state has yet, and a log that loses its oldest rows begins later in the same columns.
 */
export interface EventColumns extends ColumnArrays {
  readonly first: number;
  readonly end: number;
  /** Up to which row the columns belong to some state. */
  readonly taken: { rows: number };
}

const BYTES_PER_ROW = 3 * 8 + 4 * 4 + 3 * 2;

/** Columns of `rows` rows, all zero, with room for `spare` more; in one buffer: ten allocations of their own cost more than filling them. */
export function newColumns(rows: number, spare = 0): EventColumns {
  const capacity = rows + spare;
  const buffer = new ArrayBuffer(capacity * BYTES_PER_ROW);
  return {
    first: 0,
    end: rows,
    taken: { rows },
    timesMs: new Float64Array(buffer, 0, capacity),
    amountsMinor: new Float64Array(buffer, 8 * capacity, capacity),
    seqs: new Float64Array(buffer, 16 * capacity, capacity),
    identityHigh: new Uint32Array(buffer, 24 * capacity, capacity),
    identityLow: new Uint32Array(buffer, 28 * capacity, capacity),
    contents: new Uint32Array(buffer, 32 * capacity, capacity),
    places: new Uint32Array(buffer, 36 * capacity, capacity),
    verdicts: new Uint16Array(buffer, 40 * capacity, capacity),
    parties: new Uint16Array(buffer, 42 * capacity, capacity),
    instruments: new Uint16Array(buffer, 44 * capacity, capacity),
  };
}

/** A log that is all of some columns of equal length. */
export function columnsOf(arrays: ColumnArrays): EventColumns {
  const rows = arrays.timesMs.length;
  return { first: 0, end: rows, taken: { rows }, ...arrays };
}

/** The log without its `leaving` oldest rows and with one more row at its end, which the caller fills; null when the columns have no free row there. */
export function withFreeRow(log: EventColumns, leaving: number): EventColumns | null {
  if (log.taken.rows !== log.end || log.end === log.timesMs.length) return null;
  log.taken.rows += 1;
  return { ...log, first: log.first + leaving, end: log.end + 1 };
}

/** The log without its `leaving` oldest rows. */
export function withoutOldest(log: EventColumns, leaving: number): EventColumns {
  return leaving === 0 ? log : { ...log, first: log.first + leaving };
}

/** The same log in columns of its own, for the caller to change. */
export function copyOf(log: EventColumns, spare: number): EventColumns {
  const copy = newColumns(rowCount(log), spare);
  copyRows(log, copy, { from: log.first, to: log.end, at: 0 });
  return copy;
}

const NO_ROWS = newColumns(0);

/** Columns without rows. */
export function emptyColumns(): EventColumns {
  return NO_ROWS;
}

/** How many events the log holds. */
export function rowCount({ first, end }: EventColumns): number {
  return end - first;
}

/** Copies rows [from, to) of `source` to `target`, beginning at row `at`. Row by row: views for `set` cost more than a hundred rows. */
export function copyRows(
  source: ColumnArrays,
  target: ColumnArrays,
  { from, to, at }: { from: number; to: number; at: number },
): void {
  const { timesMs, amountsMinor, seqs, identityHigh, identityLow, contents, places, verdicts } = target;
  const { parties, instruments } = target;
  for (let row = from, into = at; row < to; row++, into++) {
    timesMs[into] = source.timesMs[row]!;
    amountsMinor[into] = source.amountsMinor[row]!;
    seqs[into] = source.seqs[row]!;
    identityHigh[into] = source.identityHigh[row]!;
    identityLow[into] = source.identityLow[row]!;
    contents[into] = source.contents[row]!;
    places[into] = source.places[row]!;
    verdicts[into] = source.verdicts[row]!;
    parties[into] = source.parties[row]!;
    instruments[into] = source.instruments[row]!;
  }
}

/**
 * The log's first row before `end` whose time is greater than `timeMs`, or `end`; its times ascend. Looked for from `end` on in growing steps: what is
 * asked for is nearly always near.
 */
export function firstAfter({ timesMs, first, end: logEnd }: EventColumns, timeMs: number, end = logEnd): number {
  let high = end;
  let low = high - 1;
  for (let step = 2; low >= first && timesMs[low]! > timeMs; step *= 2) {
    high = low;
    low -= step;
  }
  low = Math.max(low, first - 1) + 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (timesMs[middle]! > timeMs) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The log's row of this identity, or -1. */
export function rowOf({ identityHigh, identityLow, first, end }: EventColumns, high: number, low: number): number {
  for (let row = end - 1; row >= first; row--) if (identityLow[row] === low && identityHigh[row] === high) return row;
  return -1;
}
