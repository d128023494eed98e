import { assert } from '../faults.ts';
import type { DecidedEvent } from './account-event.ts';
import { copyRows, newColumns, rowCount, withFreeRow, type EventColumns } from './event-columns.ts';

/** Room for events to come, in rows, when a log moves to columns of its own. */
const LEAST_SPARE = 4;

/** The log without its `leaving` oldest rows and with one more, which the caller fills, where row `at` of those before would be. */
export function withFreeRowAt(events: EventColumns, at: number, leaving: number): EventColumns {
  const rows = rowCount(events);
  const { first, end } = events;
  if (at === rows) {
    const next = withFreeRow(events, leaving);
    if (next !== null) return next;
  }
  const next = newColumns(rows + 1 - leaving, LEAST_SPARE + (rows >>> 2));
  const place = at - leaving;
  copyRows(events, next, { from: first + leaving, to: first + at, at: 0 });
  copyRows(events, next, { from: first + at, to: end, at: place + 1 });
  return next;
}

/** Writes an event into a row that no state has yet. */
export function fillRow(
  log: EventColumns,
  row: number,
  event: DecidedEvent,
  { verdict, party, instrument }: { readonly verdict: number; readonly party: number; readonly instrument: number },
): void {
  const isTie = row > log.first && log.timesMs[row - 1] === event.eventTimeMs;
  assert(!isTie || log.seqs[row - 1]! < event.seq, 'seqs rise');
  log.timesMs[row] = event.eventTimeMs;
  log.amountsMinor[row] = event.amountMinor;
  log.seqs[row] = event.seq;
  log.identityHigh[row] = event.identity.high;
  log.identityLow[row] = event.identity.low;
  log.contents[row] = event.content;
  log.places[row] = event.place;
  log.verdicts[row] = verdict;
  log.parties[row] = party;
  log.instruments[row] = instrument;
}
