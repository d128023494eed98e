import { assert } from '../faults.ts';
import type { Hash64 } from '../hash64.ts';
import { addToTiles, expireTiles } from '../window/tiles.ts';
import { packCurrency } from './currency-code.ts';
import { isSelfPayment, type EntityRole } from './entities-touched.ts';
import type { EntityChange } from './entity-change.ts';
import { findRow, FRAUD, GENUINE, REVERSED, rowAt, withChangedRow, withoutExpired, withRow, type EntityLog, type LogRow } from './entity-log.ts'; // prettier-ignore
import type { EntityState } from './entity-state.ts';
import { ENTITY_TRAITS, type EntityTraits } from './entity-traits.ts';
import { dayOf, withCounts, withoutExpiredDays, type DayCounts } from './label-days.ts';
import { withoutExpiredIds, withSighting } from './last-seen.ts';

/** Bounds of what an entity keeps. They are part of what a record means: every process that writes one has the same. */
export interface EntityParameters {
  /** Transactions in a log. */
  readonly logCap: number;
  /** Ids that are remembered. */
  readonly idCap: number;
}

export const ENTITY_PARAMETERS: EntityParameters = { logCap: 512, idCap: 256 };

type TransactionChange = Extract<EntityChange, { type: 'transaction' }>;
type AmendmentChange = Extract<EntityChange, { type: 'amendment' }>;

/**
 * The state after a change in which the entity has `role`. Pure, and at any traffic at most a few copies of bounded arrays. Each change is to be given
 * once. Changes commute, but for an amendment, which must come after its transaction.
 */
export function reduceEntity(
  state: EntityState,
  { change, role }: { readonly change: EntityChange; readonly role: EntityRole },
  parameters: EntityParameters,
): EntityState {
  assert(role === 'subject' || state.kind === 'beneficiary', 'only a beneficiary can be the payer');
  const counted: EntityState = {
    ...state,
    folded: state.folded + 1,
    mark: (state.mark + markOf(change.identity)) >>> 0,
  };
  const traits = ENTITY_TRAITS[state.kind];
  if (change.type === 'amendment') return settled(withAmendment(counted, { change, role }, traits), traits);
  assert(Number.isSafeInteger(change.eventTimeMs), 'event times are whole milliseconds');
  return settled(withTransaction(counted, { change, role }, parameters), traits);
}

function withTransaction(
  state: EntityState,
  { change, role }: { change: TransactionChange; role: EntityRole },
  { logCap, idCap }: EntityParameters,
): EntityState {
  const { eventTimeMs } = change;
  const traits = ENTITY_TRAITS[state.kind];
  const newestMs = Math.max(state.newestMs, eventTimeMs);
  const seen = { ...state, newestMs, firstSeenMs: Math.min(state.firstSeenMs, eventTimeMs) };
  const limits = { cap: logCap, untilMs: newestMs - (traits.logMs ?? 0) };
  const row = rowOf(change, traits);
  const pays = role === 'payer' || (traits.logsSent && isSelfPayment(change));
  const sent = pays ? withRow(state.sent, row, limits).log : state.sent;
  if (role === 'payer') return { ...seen, sent };

  const { log, pushedOut } = traits.logMs === null ? { log: state.log, pushedOut: row } : withRow(state.log, row, limits); // prettier-ignore
  const ids = sighted(seen, change, idCap);
  return { ...seen, log, sent, ids, ...(pushedOut === null ? {} : beyondLog(seen, traits, pushedOut)) };
}

/** The state without what its newest time makes too old, so that what it holds depends on nothing else. */
function settled(state: EntityState, traits: EntityTraits): EntityState {
  const { newestMs, log, sent, ids, days, tiles } = state;
  const logUntilMs = newestMs - (traits.logMs ?? 0);
  return {
    ...state,
    log: withoutExpired(log, logUntilMs),
    sent: withoutExpired(sent, logUntilMs),
    ids: traits.ids === null ? ids : withoutExpiredIds(ids, newestMs - traits.ids.keptMs),
    days: withoutExpiredDays(days, dayOf(newestMs) - traits.days),
    tiles: expireTiles(tiles, newestMs),
  };
}

function rowOf({ eventTimeMs, identity, amountMinor, currency }: TransactionChange, traits: EntityTraits): LogRow {
  if (!traits.logsFacts) return { timeMs: eventTimeMs, key: 0, amountMinor: 0, currency: 0, flags: 0 };
  return { timeMs: eventTimeMs, key: identity.low, amountMinor, currency: packCurrency(currency), flags: 0 };
}

function sighted(state: EntityState, change: TransactionChange, idCap: number): EntityState['ids'] {
  const { ids } = ENTITY_TRAITS[state.kind];
  if (ids === null) return state.ids;
  const id = ids.of === 'cards' ? (change.entities.card ?? change.account) : change.account;
  return withSighting(
    state.ids,
    { id, timeMs: change.eventTimeMs },
    { cap: idCap, untilMs: state.newestMs - ids.keptMs },
  );
}

/** A transaction that the log does not hold, on tiles and days. */
function beyondLog(state: EntityState, traits: EntityTraits, { timeMs, flags }: LogRow): Partial<EntityState> {
  const tiles = traits.tiles.tiles === 0 ? state.tiles : addToTiles(state.tiles, { timeMs, count: 1, amountMinor: 0 }, state.newestMs); // prettier-ignore
  if (traits.labels !== 'rows') return { tiles };
  const counts = { transactions: 1, genuine: flags & GENUINE ? 1 : 0, frauds: flags & FRAUD ? 1 : 0 };
  return { tiles, days: withCounts(state.days, dayOf(timeMs), counts, dayOf(state.newestMs) - traits.days) };
}

function withAmendment(
  state: EntityState,
  { change, role }: { change: AmendmentChange; role: EntityRole },
  traits: EntityTraits,
): EntityState {
  const seen = { ...state, newestMs: Math.max(state.newestMs, change.effect.eventTimeMs) };
  if (change.kind === 'fraud' || change.kind === 'genuine') return withLabel(seen, change, traits);
  if (!traits.logsFacts) return seen;
  const pays = role === 'payer' || (traits.logsSent && isSelfPayment(change));
  return {
    ...seen,
    log: role === 'payer' ? state.log : withAmountLeft(state.log, change),
    sent: pays ? withAmountLeft(state.sent, change) : state.sent,
  };
}

/** The log after money was taken back; unchanged if it does not hold the transaction any more. */
function withAmountLeft(log: EntityLog, { effect, target }: AmendmentChange): EntityLog {
  const row = findRow(log, effect.eventTimeMs, target.low);
  if (row === -1) return log;
  const { flags } = rowAt(log, row);
  const amountMinor = effect.amountMinor - effect.removedMinor;
  return withChangedRow(log, row, { amountMinor, flags: amountMinor > 0 ? flags : flags | REVERSED });
}

/** A label in the transaction's row, or on its day where the log has not got it. */
function withLabel(state: EntityState, { effect, target }: AmendmentChange, traits: EntityTraits): EntityState {
  if (traits.labels === 'none') return state;
  const { labelBefore, labelAfter, eventTimeMs } = effect;
  const row = traits.labels === 'rows' ? findRow(state.log, eventTimeMs, target.low) : -1;
  if (row !== -1) {
    const label = labelAfter === null ? 0 : labelAfter === 'fraud' ? FRAUD : GENUINE;
    const flags = (rowAt(state.log, row).flags & REVERSED) | label;
    return { ...state, log: withChangedRow(state.log, row, { flags }) };
  }
  const change = (label: 'fraud' | 'genuine'): number => Number(labelAfter === label) - Number(labelBefore === label);
  const genuine = traits.labels === 'rows' ? change('genuine') : 0;
  const counts: DayCounts = { transactions: 0, genuine, frauds: change('fraud') };
  const untilDay = dayOf(state.newestMs) - traits.days;
  return { ...state, days: withCounts(state.days, dayOf(eventTimeMs), counts, untilDay) };
}

/** A hash of a change's identity. Source: the finalizer of MurmurHash3. */
function markOf({ high, low }: Hash64): number {
  let hash = Math.imul(high, 0x85ebca6b) ^ low;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
