import type { ReducerParameters } from '../event.ts';
import { assert, TransientFault } from '../faults.ts';
import { DAY_MS } from '../time.ts';
import type { DecidedEvent, DedupEntry } from './account-event.ts';
import type { AccountState } from './account-state.ts';
import { foldAmount } from './decayed-profile.ts';
import { copyRows, firstAfter, newColumns, rowCount, withFreeRow, type EventColumns } from './event-columns.ts';
import { packVerdict, unpackVerdict } from './verdict.ts';

/** Rises when `reduce` comes to do something else with the same events. */
export const REDUCER_VERSION = 1;

/** How far back the longest window reaches. */
export const LONGEST_WINDOW_MS = 60 * DAY_MS;

/** The state after an event, and the dedup entries that fell off the log but must still be recognised. */
export interface Reduction {
  readonly state: AccountState;
  /** To be put into overflow records with `addToOverflow`, in the same commit; nearly always empty. */
  readonly evicted: readonly DedupEntry[];
}

/**
 * Adds a decided event to its account. Pure. The event's seq is greater than that of every event before.
 *
 * The event enters the log at its (time, seq) and counts in every later window that contains its time. Rows that no window of an admissible
 * event can reach leave, and so do the oldest ones beyond the cap: `truncatedMs` remembers those. A leaving row older than
 * `watermark - allowedLateness` raises the floor. Any other is evicted, because its identity could come again and be accepted a second time.
 * Throws `TransientFault` `newer_reducer` for parameters of a newer build.
 */
export function reduce(state: AccountState, event: DecidedEvent, parameters: ReducerParameters): Reduction {
  checkArguments(event, parameters);
  const watermarkMs = Math.max(state.watermarkMs, event.eventTimeMs);
  const admissibleFromMs = watermarkMs - parameters.allowedLatenessMs;
  const reachableAfterMs = admissibleFromMs - LONGEST_WINDOW_MS;
  const currency = state.currency === '' ? event.currency : state.currency;
  const isOwnCurrency = event.currency === currency;

  const { first } = state.events;
  const at = firstAfter(state.events, event.eventTimeMs) - first;
  const expired = firstAfter(state.events, reachableAfterMs) - first + (event.eventTimeMs > reachableAfterMs ? 0 : 1);
  const leaving = Math.max(expired, rowCount(state.events) + 1 - parameters.logCap);
  const left = leave({ state, event, at, leaving }, { admissibleFromMs, reachableAfterMs });
  return {
    state: {
      currency,
      watermarkMs,
      floorMs: left.floorMs,
      firstSeenMs: Math.min(state.firstSeenMs, event.eventTimeMs),
      truncatedMs: left.truncatedMs,
      overflowMs: left.overflowMs,
      amountProfile: isOwnCurrency
        ? foldAmount(state.amountProfile, event.amountMinor, event.eventTimeMs)
        : state.amountProfile,
      events: withRow(state.events, at, event, { leaving, isOwnCurrency }),
    },
    evicted: left.evicted,
  };
}

function checkArguments(event: DecidedEvent, parameters: ReducerParameters): void {
  if (parameters.version > REDUCER_VERSION) {
    throw new TransientFault('newer_reducer', `an event needs reducer version ${parameters.version}`);
  }
  assert(Number.isSafeInteger(event.eventTimeMs), 'event times are whole milliseconds');
  assert(parameters.logCap >= 1 && parameters.logCap <= 65_535, 'the cap of the log fits in its record');
  assert(parameters.allowedLatenessMs >= 0, 'lateness is not negative');
}

interface Leaving {
  readonly state: AccountState;
  readonly event: DecidedEvent;
  /** The place in the log that the event would get, counted from its first row. */
  readonly at: number;
  /** How many of the oldest rows leave, counted with the event in its place: it can be one of them. */
  readonly leaving: number;
}

/**
 * What the state keeps of rows that leave. Whenever some are evicted the floor follows to just below the admissible times: then overflow
 * records may forget what lies under it at any time, and the state does not depend on when they are written.
 */
function leave(
  { state, event, at, leaving }: Leaving,
  { admissibleFromMs, reachableAfterMs }: { admissibleFromMs: number; reachableAfterMs: number },
): Pick<AccountState, 'floorMs' | 'truncatedMs' | 'overflowMs'> & { evicted: readonly DedupEntry[] } {
  let { floorMs, truncatedMs, overflowMs } = state;
  const evicted: DedupEntry[] = [];
  for (let row = 0; row < leaving; row++) {
    const entry = row === at ? event : entryOf(state.events, row < at ? row : row - 1);
    const { eventTimeMs } = entry;
    truncatedMs = Math.max(truncatedMs, eventTimeMs);
    if (eventTimeMs < admissibleFromMs) floorMs = Math.max(floorMs, eventTimeMs);
    else if (eventTimeMs > floorMs) evicted.push(entry);
  }
  for (const { eventTimeMs } of evicted) {
    overflowMs = Math.max(overflowMs, eventTimeMs);
    floorMs = Math.max(floorMs, admissibleFromMs - 1);
  }
  if (overflowMs < admissibleFromMs) {
    floorMs = Math.max(floorMs, overflowMs);
    overflowMs = -Infinity;
  }
  if (truncatedMs <= reachableAfterMs) truncatedMs = -Infinity;
  return { floorMs, truncatedMs, overflowMs, evicted };
}

function entryOf(events: EventColumns, index: number): DedupEntry {
  const row = events.first + index;
  const { outcome, riskScore } = unpackVerdict(events.verdicts[row]!);
  return {
    identity: { high: events.identityHigh[row]!, low: events.identityLow[row]! },
    content: events.contents[row]!,
    eventTimeMs: events.timesMs[row]!,
    outcome,
    riskScore,
  };
}

/** Room for events to come, in rows, when a log moves to columns of its own. */
const LEAST_SPARE = 4;

function withRow(
  events: EventColumns,
  at: number,
  event: DecidedEvent,
  { leaving, isOwnCurrency }: { leaving: number; isOwnCurrency: boolean },
): EventColumns {
  const rows = rowCount(events);
  const { first, end } = events;
  const verdict = packVerdict({ ...event, otherCurrency: !isOwnCurrency });
  if (at === rows && leaving <= at) {
    const next = withFreeRow(events, leaving);
    if (next !== null) return filled(next, next.end - 1, event, verdict);
  }
  const next = newColumns(rows + 1 - leaving, LEAST_SPARE + (rows >>> 2));
  if (leaving > at) {
    copyRows(events, next, { from: first + leaving - 1, to: end, at: 0 });
    return next;
  }
  const place = at - leaving;
  copyRows(events, next, { from: first + leaving, to: first + at, at: 0 });
  copyRows(events, next, { from: first + at, to: end, at: place + 1 });
  return filled(next, place, event, verdict);
}

function filled(log: EventColumns, row: number, event: DecidedEvent, verdict: number): EventColumns {
  const isTie = row > log.first && log.timesMs[row - 1] === event.eventTimeMs;
  assert(!isTie || log.seqs[row - 1]! < event.seq, 'seqs rise');
  log.timesMs[row] = event.eventTimeMs;
  log.amountsMinor[row] = event.amountMinor;
  log.seqs[row] = event.seq;
  log.identityHigh[row] = event.identity.high;
  log.identityLow[row] = event.identity.low;
  log.contents[row] = event.content;
  log.counterparties[row] = event.counterparty;
  log.verdicts[row] = verdict;
  return log;
}
