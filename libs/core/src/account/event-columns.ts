/** An account's event log: row i is one event; all columns have the same length, at most the log's cap. Never written once it is in a state. */
export interface EventColumns {
  readonly timesMs: Float64Array;
  readonly amountsMinor: Float64Array;
  readonly seqs: Float64Array;
  readonly identityHigh: Uint32Array;
  readonly identityLow: Uint32Array;
  readonly contents: Uint32Array;
  /** Hash of the counterparty, 0 when there is none. */
  readonly counterparties: Uint32Array;
  /** Packed outcome, risk score and currency flag: see `verdict.ts`. */
  readonly verdicts: Uint16Array;
}

const BYTES_PER_ROW = 3 * 8 + 4 * 4 + 2;

/** Columns of `rows` rows, all zero, in one buffer: eight allocations of their own cost more than filling them. */
export function newColumns(rows: number): EventColumns {
  const buffer = new ArrayBuffer(rows * BYTES_PER_ROW);
  return {
    timesMs: new Float64Array(buffer, 0, rows),
    amountsMinor: new Float64Array(buffer, 8 * rows, rows),
    seqs: new Float64Array(buffer, 16 * rows, rows),
    identityHigh: new Uint32Array(buffer, 24 * rows, rows),
    identityLow: new Uint32Array(buffer, 28 * rows, rows),
    contents: new Uint32Array(buffer, 32 * rows, rows),
    counterparties: new Uint32Array(buffer, 36 * rows, rows),
    verdicts: new Uint16Array(buffer, 40 * rows, rows),
  };
}

const NO_ROWS = newColumns(0);

/** Columns without rows. */
export function emptyColumns(): EventColumns {
  return NO_ROWS;
}

/** How many events the log holds. */
export function rowCount(columns: EventColumns): number {
  return columns.timesMs.length;
}

/** Copies rows [from, to) of `source` to `target`, beginning at row `at`. Row by row: views for `set` cost more than a hundred rows. */
export function copyRows(
  source: EventColumns,
  target: EventColumns,
  { from, to, at }: { from: number; to: number; at: number },
): void {
  const { timesMs, amountsMinor, seqs, identityHigh, identityLow, contents, counterparties, verdicts } = target;
  for (let row = from, into = at; row < to; row++, into++) {
    timesMs[into] = source.timesMs[row]!;
    amountsMinor[into] = source.amountsMinor[row]!;
    seqs[into] = source.seqs[row]!;
    identityHigh[into] = source.identityHigh[row]!;
    identityLow[into] = source.identityLow[row]!;
    contents[into] = source.contents[row]!;
    counterparties[into] = source.counterparties[row]!;
    verdicts[into] = source.verdicts[row]!;
  }
}

/** Index of the first row whose time is greater than `timeMs`; `times` ascends. */
export function firstAfter(times: Float64Array, timeMs: number): number {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (times[middle]! > timeMs) high = middle;
    else low = middle + 1;
  }
  return low;
}
