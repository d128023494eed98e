/** The columns of an entity's log; row i of all of them is one transaction. */
interface LogColumns {
  readonly timesMs: Float64Array;
  /** The low half of the identity's hash: it orders transactions of one millisecond and finds one again. */
  readonly keys: Uint32Array;
  /** What is left of the amount, in minor units of the row's currency. */
  readonly amountsMinor: Float64Array;
  /** See `packCurrency`. */
  readonly currencies: Uint16Array;
  /** `FRAUD`, `GENUINE` and `REVERSED`. */
  readonly flags: Uint8Array;
}

/**
 * Primitive L of an entity: its newest transactions, ordered by (event time, key), at most as many as the cap says and none older than its kind keeps.
 * Which ones it holds depends only on which have come, not on their order: the newest of all that are young enough. Exact up to the cap; past it what
 * was pushed out is counted elsewhere (tiles, days). Rows [first, end) of columns that states share: a row is never changed once it is in a state,
 * but a state that follows another may put its transaction into the first row that no state has yet. So adding costs the same at any length.
 */
export interface EntityLog extends LogColumns {
  readonly first: number;
  readonly end: number;
  /** Greatest time of a row that the cap pushed out and that is young enough to be asked for, or -Infinity: before it the log is incomplete. */
  readonly truncatedMs: number;
  /** Up to which row the columns belong to some state. */
  readonly taken: { rows: number };
}

/** One transaction of an entity's log. */
export interface LogRow {
  readonly timeMs: number;
  readonly key: number;
  readonly amountMinor: number;
  readonly currency: number;
  readonly flags: number;
}

export const FRAUD = 1;
export const GENUINE = 2;
/** Nothing is left of the amount: it counts, and is no amount that the entity usually sees. */
export const REVERSED = 4;

/** Columns of `rows` rows, all zero, with room for `spare` more. */
export function newEntityLog(rows: number, spare: number, truncatedMs: number): EntityLog {
  const capacity = rows + spare;
  const buffer = new ArrayBuffer(capacity * 24);
  return {
    first: 0,
    end: rows,
    truncatedMs,
    taken: { rows },
    timesMs: new Float64Array(buffer, 0, capacity),
    amountsMinor: new Float64Array(buffer, 8 * capacity, capacity),
    keys: new Uint32Array(buffer, 16 * capacity, capacity),
    currencies: new Uint16Array(buffer, 20 * capacity, capacity),
    flags: new Uint8Array(buffer, 22 * capacity, capacity),
  };
}

const NO_LOG = newEntityLog(0, 0, -Infinity);

/** A log without rows. */
export function emptyEntityLog(): EntityLog {
  return NO_LOG;
}

/** Index of the first row after (timeMs, key), or the log's end. */
function rowAfter(log: EntityLog, timeMs: number, key: number): number {
  let low = log.first;
  let high = log.end;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const time = log.timesMs[middle]!;
    if (time > timeMs || (time === timeMs && log.keys[middle]! > key)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Index of the first row whose time is greater than `timeMs`, or the log's end: a window (t - W, t] is [firstRowAfter(t - W), firstRowAfter(t)). */
export function firstRowAfter(log: EntityLog, timeMs: number): number {
  return rowAfter(log, timeMs, Infinity);
}

/** Index of the row of a transaction, or -1. */
export function findRow(log: EntityLog, timeMs: number, key: number): number {
  const row = rowAfter(log, timeMs, key) - 1;
  return row >= log.first && log.timesMs[row] === timeMs && log.keys[row] === key ? row : -1;
}

/** The transaction in a row. */
export function rowAt(log: EntityLog, row: number): LogRow {
  return {
    timeMs: log.timesMs[row]!,
    key: log.keys[row]!,
    amountMinor: log.amountsMinor[row]!,
    currency: log.currencies[row]!,
    flags: log.flags[row]!,
  };
}

/** What a log may hold. */
export interface LogLimits {
  readonly cap: number;
  /** Rows at or before it leave. */
  readonly untilMs: number;
}

/** The log with a row more, and the row that the cap pushes out then: null when there is none, the new row itself when all others are newer. */
export function withRow(
  log: EntityLog,
  added: LogRow,
  limits: LogLimits,
): { log: EntityLog; pushedOut: LogRow | null } {
  const kept = withoutExpired(log, limits.untilMs);
  if (added.timeMs <= limits.untilMs) return { log: kept, pushedOut: null };
  const rows = kept.end - kept.first;
  const at = rowAfter(kept, added.timeMs, added.key);
  if (rows < limits.cap) return { log: inserted(kept, at, added), pushedOut: null };
  const pushedOut = at === kept.first ? added : rowAt(kept, kept.first);
  const truncatedMs = Math.max(kept.truncatedMs, pushedOut.timeMs);
  if (pushedOut === added) return { log: { ...kept, truncatedMs }, pushedOut };
  return { log: inserted({ ...kept, first: kept.first + 1, truncatedMs }, at, added), pushedOut };
}

/** The log without rows at or before `untilMs`. */
export function withoutExpired(log: EntityLog, untilMs: number): EntityLog {
  const first = firstRowAfter(log, untilMs);
  const truncatedMs = log.truncatedMs > untilMs ? log.truncatedMs : -Infinity;
  if (first === log.first && truncatedMs === log.truncatedMs) return log;
  return { ...log, first, truncatedMs };
}

/** The log with other facts in one row, in columns of its own. */
export function withChangedRow(log: EntityLog, row: number, facts: Partial<LogRow>): EntityLog {
  const next = copied(log, null);
  fill(next, row - log.first, { ...rowAt(log, row), ...facts });
  return next;
}

/** Room for transactions to come, in rows, when a log moves to columns of its own. */
const LEAST_SPARE = 4;

function inserted(log: EntityLog, at: number, row: LogRow): EntityLog {
  const { first, end, taken } = log;
  if (at === end && taken.rows === end && end < log.timesMs.length) {
    taken.rows += 1;
    fill(log, at, row);
    return { ...log, end: end + 1 };
  }
  const next = copied(log, at);
  fill(next, at - first, row);
  return next;
}

/** The log in columns of its own, from row 0 on, with a row left free where row `gapAt` was; without a gap for null. */
function copied(log: EntityLog, gapAt: number | null): EntityLog {
  const { first, end } = log;
  const rows = end - first + (gapAt === null ? 0 : 1);
  const next = newEntityLog(rows, LEAST_SPARE + (rows >>> 2), log.truncatedMs);
  copyRows(log, next, { from: first, to: gapAt ?? end, at: 0 });
  if (gapAt !== null) copyRows(log, next, { from: gapAt, to: end, at: gapAt - first + 1 });
  return next;
}

function copyRows(
  source: LogColumns,
  target: LogColumns,
  { from, to, at }: { from: number; to: number; at: number },
): void {
  // prettier-ignore
  const { timesMs, keys, amountsMinor, currencies, flags } = target;
  for (let row = from, into = at; row < to; row++, into++) {
    timesMs[into] = source.timesMs[row]!;
    keys[into] = source.keys[row]!;
    amountsMinor[into] = source.amountsMinor[row]!;
    currencies[into] = source.currencies[row]!;
    flags[into] = source.flags[row]!;
  }
}

function fill(log: LogColumns, row: number, { timeMs, key, amountMinor, currency, flags }: LogRow): void {
  log.timesMs[row] = timeMs;
  log.keys[row] = key;
  log.amountsMinor[row] = amountMinor;
  log.currencies[row] = currency;
  log.flags[row] = flags;
}
