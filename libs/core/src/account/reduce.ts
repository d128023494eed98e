import type { ReducerParameters } from '../event.ts';
import { assert } from '../faults.ts';
import type { DecidedEvent, DedupEntry } from './account-event.ts';
import type { AccountState } from './account-state.ts';
import type { AppliedAmendment, RecordedAmendment } from './amendment.ts';
import { applyPending } from './apply-pending.ts';
import { foldAmount } from './decayed-profile.ts';
import { firstAfter, rowCount, withoutOldest, type EventColumns } from './event-columns.ts';
import { fillRow, withFreeRowAt } from './insert-row.ts';
import { withKey, withoutSlot } from './key-table.ts';
import { leaveLog } from './leave-log.ts';
import { checkParameters, reachableAfterMs } from './reducer-parameters.ts';
import { INSTRUMENT, instrumentWords, PARTY, partyWords } from './surroundings.ts';
import { foldTime } from './time-of-day-profile.ts';
import { packVerdict } from './verdict.ts';

/** The state after an event, and what came of it beside the state. */
export interface Reduction {
  readonly state: AccountState;
  /** Dedup entries that fell off the log but must still be recognised: to be put into overflow records with `addToOverflow`, in the same commit;
   *  nearly always empty. */
  readonly evicted: readonly DedupEntry[];
  /** Amendments that waited for this event, in the order in which they were applied to it. */
  readonly amended: readonly AppliedAmendment[];
  /** Amendments that will wait for their transaction no longer. */
  readonly expired: readonly RecordedAmendment[];
}

/**
 * Adds a decided event to its account. Pure. The event's seq is greater than that of everything before.
 *
 * The event enters the log at its (time, seq) and counts in every later window that contains its time. Rows that no window of an admissible
 * event can reach leave, and so do the oldest ones beyond the cap: `truncatedMs` and tiles remember those. A leaving row older than
 * `watermark - allowedLateness` raises the floor. Any other is evicted, because its identity could come again and be accepted a second time.
 * Keys that no row refers to any more leave with the rows. Amendments that waited for this event change its row at once; the profiles, which take
 * it in as it came, they do not touch. Throws `TransientFault` `newer_reducer` for parameters of a newer build.
 */
export function reduce(state: AccountState, event: DecidedEvent, parameters: ReducerParameters): Reduction {
  checkParameters(parameters);
  assert(Number.isSafeInteger(event.eventTimeMs), 'event times are whole milliseconds');
  const watermarkMs = Math.max(state.watermarkMs, event.eventTimeMs);
  const times = {
    watermarkMs,
    admissibleFromMs: watermarkMs - parameters.allowedLatenessMs,
    reachableAfterMs: reachableAfterMs(watermarkMs, parameters),
  };
  const currency = state.currency === '' ? event.currency : state.currency;
  const isOwnCurrency = event.currency === currency;

  const { first } = state.events;
  const at = firstAfter(state.events, event.eventTimeMs) - first;
  const expired =
    firstAfter(state.events, times.reachableAfterMs) - first + (event.eventTimeMs > times.reachableAfterMs ? 0 : 1);
  const leaving = Math.max(expired, rowCount(state.events) + 1 - parameters.logCap);
  const left = leaveLog({ state, event, at, leaving }, times);
  const log = withEvent(state, event, { at, leaving, isOwnCurrency });
  const place = at < leaving ? null : at - leaving;
  const pending = applyPending({ ...log, currency, amendments: state.amendments }, event.identity, {
    row: place === null ? null : log.events.first + place,
    times: { ...times, floorMs: state.amendmentFloorMs },
  });
  return {
    state: {
      currency,
      watermarkMs,
      floorMs: left.floorMs,
      firstSeenMs: Math.min(state.firstSeenMs, event.eventTimeMs),
      truncatedMs: left.truncatedMs,
      overflowMs: left.overflowMs,
      amendmentFloorMs: pending.floorMs,
      amountProfile: isOwnCurrency
        ? foldAmount(state.amountProfile, event.amountMinor, event.eventTimeMs)
        : state.amountProfile,
      timeProfile: foldTime(state.timeProfile, event.eventTimeMs, state.watermarkMs),
      events: log.events,
      parties: log.parties,
      instruments: log.instruments,
      amendments: pending.table,
      tiles: left.tiles,
    },
    evicted: left.evicted,
    amended: pending.amended,
    expired: pending.expired,
  };
}

type Log = Pick<AccountState, 'events' | 'parties' | 'instruments'>;

interface Placing {
  /** The place in the log that the event would get, counted from its first row. */
  readonly at: number;
  /** How many of the oldest rows leave, counted with the event in its place: it can be one of them. */
  readonly leaving: number;
  readonly isOwnCurrency: boolean;
}

/** The log with the event in its place, unless it is one of the rows that leave, and the keys of its rows alone. */
function withEvent(state: AccountState, event: DecidedEvent, { at, leaving, isOwnCurrency }: Placing): Log {
  const { events } = state;
  const { eventTimeMs } = event;
  if (at < leaving) {
    const { parties, instruments } = state;
    return withoutKeys({ events: withoutOldest(events, leaving - 1), parties, instruments }, events, leaving - 1);
  }
  const party = withKey(state.parties, partyWords(event, isOwnCurrency), { datedAt: PARTY.beneficiary, eventTimeMs });
  const instrument = withKey(state.instruments, instrumentWords(event), { datedAt: INSTRUMENT.device, eventTimeMs });
  const next = withFreeRowAt(events, at, leaving);
  const verdict = packVerdict({ ...event, otherCurrency: !isOwnCurrency });
  fillRow(next, next.first + at - leaving, event, { verdict, party: party.slot, instrument: instrument.slot });
  return withoutKeys({ events: next, parties: party.table, instruments: instrument.table }, events, leaving);
}

/** The log without the keys to which only the `leaving` oldest rows of the log `before` referred. */
function withoutKeys(log: Log, before: EventColumns, leaving: number): Log {
  let { parties, instruments } = log;
  const { events } = log;
  for (let row = before.first; row < before.first + leaving; row++) {
    const party = before.parties[row]!;
    const instrument = before.instruments[row]!;
    if (party !== 0 && !refers(events, events.parties, party)) parties = withoutSlot(parties, party);
    if (instrument !== 0 && !refers(events, events.instruments, instrument)) {
      instruments = withoutSlot(instruments, instrument);
    }
  }
  return { events, parties, instruments };
}

function refers({ first, end }: EventColumns, slots: Uint16Array, slot: number): boolean {
  for (let row = end - 1; row >= first; row--) if (slots[row] === slot) return true;
  return false;
}
