import {
  AMENDMENT_CAP,
  amendmentOf,
  amendmentTableOf,
  entriesOf,
  PENDING_CAP,
  PENDING_MS,
  type AmendmentEntry,
  type AmendmentTable,
} from './amendment-table.ts';
import type { RecordedAmendment } from './amendment.ts';

/** Times from which it follows which amendments an account keeps. */
export interface AmendmentTimes {
  readonly watermarkMs: number;
  /** No transaction at or before it is in the log, and none can come. */
  readonly reachableAfterMs: number;
  /** The floor so far. */
  readonly floorMs: number;
}

/** What is kept of an account's amendments. */
export interface SettledAmendments {
  readonly table: AmendmentTable;
  readonly floorMs: number;
  /** Those that waited in vain, with their amounts, by (time, seq). */
  readonly expired: readonly RecordedAmendment[];
}

/** Whether nothing of a table without pending amendments is old enough to leave: nearly always, and then this is all that it costs. */
export function isSettled({ count, timesMs }: AmendmentTable, { reachableAfterMs }: AmendmentTimes): boolean {
  return count === 0 || timesMs[0]! > reachableAfterMs;
}

/**
 * Ends the waiting of pending amendments that waited too long, and of the oldest beyond `PENDING_CAP`; drops what no transaction can need any
 * more and the oldest beyond `AMENDMENT_CAP`, and raises the floor to the newest time dropped. `entries` are ordered by (time, seq).
 */
export function settleAmendments(entries: readonly AmendmentEntry[], times: AmendmentTimes): SettledAmendments {
  const { watermarkMs, reachableAfterMs } = times;
  let tooMany = entries.filter(({ fate }) => fate === 'pending').length - PENDING_CAP;
  const dropped = Math.max(entries.findLastIndex(({ timeMs }) => timeMs <= reachableAfterMs) + 1, entries.length - AMENDMENT_CAP); // prettier-ignore
  let { floorMs } = times;
  const kept: AmendmentEntry[] = [];
  const expired: RecordedAmendment[] = [];
  for (const [i, entry] of entries.entries()) {
    const isPending = entry.fate === 'pending';
    const waitedInVain = isPending && (tooMany-- > 0 || watermarkMs > entry.timeMs + PENDING_MS || i < dropped);
    if (waitedInVain) expired.push({ ...amendmentOf(entry), seq: entry.seq });
    if (i < dropped) floorMs = Math.max(floorMs, entry.timeMs);
    else kept.push(waitedInVain ? { ...entry, fate: 'unmatched', amountMinor: 0 } : entry);
  }
  return { table: amendmentTableOf(kept), floorMs, expired };
}

/** The entries of a table and one more, in order. */
export function withEntry(table: AmendmentTable, entry: AmendmentEntry): AmendmentEntry[] {
  const entries = entriesOf(table);
  const at = entries.findLastIndex(({ timeMs }) => timeMs <= entry.timeMs) + 1;
  return entries.toSpliced(at, 0, entry);
}
