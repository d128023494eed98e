import type { Hash64 } from '../hash64.ts';
import { amendRow, type AmendedLog } from './amend-row.ts';
import { amendmentOf, entriesOf, type AmendmentEntry, type AmendmentTable } from './amendment-table.ts';
import type { AppliedAmendment } from './amendment.ts';
import { isSettled, settleAmendments, type AmendmentTimes, type SettledAmendments } from './settle-amendments.ts';

/** What became of an account's amendments when an event came. */
export interface PendingApplied extends SettledAmendments {
  readonly amended: readonly AppliedAmendment[];
}

/**
 * Applies the amendments that waited for the transaction `identity` to its new row, by (time, seq), and ends the waiting of others. `row` is null
 * when the transaction did not stay in the log: then they wait on. No other label of a new row can be known, so each of them is its newest.
 */
export function applyPending(
  log: AmendedLog & { readonly amendments: AmendmentTable },
  identity: Hash64,
  { row, times }: { readonly row: number | null; readonly times: AmendmentTimes },
): PendingApplied {
  const { amendments } = log;
  const amended: AppliedAmendment[] = [];
  if (amendments.pending === 0 && isSettled(amendments, times)) {
    return { table: amendments, floorMs: times.floorMs, amended, expired: [] };
  }
  const entries = entriesOf(amendments).map((entry): AmendmentEntry => {
    const { fate, target } = entry;
    if (row === null || fate !== 'pending' || target.low !== identity.low || target.high !== identity.high)
      return entry;
    const amendment = amendmentOf(entry);
    amended.push({ amendment, effect: amendRow(log, row, { amendment, isNewestLabel: true }) });
    return { ...entry, fate: 'applied', amountMinor: 0 };
  });
  return { ...settleAmendments(entries, times), amended };
}
