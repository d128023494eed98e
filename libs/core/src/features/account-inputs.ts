import { NO_CATEGORY, type AccountEvent } from '../account/account-event.ts';
import type { AccountState } from '../account/account-state.ts';
import { firstAfter } from '../account/event-columns.ts';
import { NOWHERE } from '../place.ts';
import { TILE_LEVELS, tilesIn } from '../window/tiles.ts';
import { ACCOUNT_FEATURES, type AccountFeatureName } from './account-features.ts';
import { accountVector } from './compute-vector.ts';
import type { Feature } from './feature.ts';

/** An input of a model as an account has it at a moment, without a transaction. */
export interface AccountInput {
  readonly feature: Feature;
  /** Whether it says something of a transaction, so that it has no value and no support without one. */
  readonly asksTransaction: boolean;
  /** null when it is missing. */
  readonly value: number | null;
  readonly support: InputSupport | null;
}

/** What is behind a value. */
export interface InputSupport {
  /** Transactions in its window, of any currency; without a window, those that it was made from. */
  readonly events: number;
  /** How much of its window the account has been known for, and is remembered; null without a window. */
  readonly coveredMs: number | null;
  /** Whether nothing that the definition asks for was pushed out of the log by its cap or lost with a trimmed log. */
  readonly exact: boolean;
}

/** Inputs that compare a transaction with its account, or say something of it alone, beyond when it happens. */
const ASKING_TRANSACTION: ReadonlySet<string> = new Set<AccountFeatureName>([
  'log_amount',
  'acct_mean_incl_7d',
  'acct_mean_incl_30d',
  'amount_over_trim_mean_60d',
  'amount_over_median_60d',
  'amount_over_max_30d',
  'amount_z_30d',
  'acct_cnt_same_amount_24h',
  'acct_counterparty_cnt_60d',
  'acct_category_share_30d',
  'speed_from_last_place',
  'acct_device_age',
  'acct_beneficiary_age',
]);

/**
 * What an account says at a moment, in the order of `ACCOUNT_FEATURES`: each value is the one that a transaction of this very moment would be scored
 * with, next. Pure. `partitionFloorMs`: what happened up to then may be missing, after a rebuild from a trimmed log; null when history is whole.
 */
export function accountInputs(state: AccountState, atMs: number, partitionFloorMs: number | null): AccountInput[] {
  const vector = accountVector(state, momentOf(state, atMs));
  return ACCOUNT_FEATURES.map((feature, i): AccountInput => {
    if (ASKING_TRANSACTION.has(feature.name)) return { feature, asksTransaction: true, value: null, support: null };
    const value = Number.isNaN(vector[i]!) ? null : vector[i]!;
    const support = supportOf(feature, state, { atMs, partitionFloorMs, isKnown: value !== null });
    return { feature, asksTransaction: false, value, support };
  });
}

/** A transaction of which nothing is known but its time. */
function momentOf({ currency }: AccountState, eventTimeMs: number): AccountEvent {
  return {
    identity: { high: 0, low: 0 },
    content: 0,
    eventTimeMs,
    amountMinor: NaN,
    currency,
    counterparty: 0,
    category: NO_CATEGORY,
    country: 0,
    place: NOWHERE,
    entities: { card: null, terminal: null, device: null, ip: null, beneficiary: null },
  };
}

function supportOf(
  { state: primitive, windowMs }: Feature,
  state: AccountState,
  {
    atMs,
    partitionFloorMs,
    isKnown,
  }: { readonly atMs: number; readonly partitionFloorMs: number | null; readonly isKnown: boolean },
): InputSupport {
  if (windowMs === null) {
    const exact = partitionFloorMs === null || primitive === 'none';
    return { events: eventsWithoutWindow(primitive, state, isKnown), coveredMs: null, exact };
  }
  const { events, firstSeenMs, truncatedMs } = state;
  const beginMs = atMs - windowMs;
  const hasTiles = primitive === 'L/T';
  const inLog = firstAfter(events, atMs) - firstAfter(events, beginMs);
  // Tiles stand for what was pushed out: nothing of the window is forgotten then.
  const lostMs = Math.max(partitionFloorMs ?? -Infinity, hasTiles ? -Infinity : truncatedMs);
  return {
    events: inLog + (hasTiles ? beyondLog(state, windowMs, atMs) : 0),
    coveredMs: Math.max(0, atMs - Math.max(beginMs, firstSeenMs, lostMs)),
    exact: Math.max(truncatedMs, partitionFloorMs ?? -Infinity) <= beginMs,
  };
}

function eventsWithoutWindow(primitive: Feature['state'], { timeProfile }: AccountState, isKnown: boolean): number {
  if (primitive === 'V') return timeProfile.folded;
  return primitive === 'P' && isKnown ? 1 : 0;
}

function beyondLog({ tiles }: AccountState, windowMs: number, atMs: number): number {
  const placed = tiles.shape.levels.find(
    ({ level }) => TILE_LEVELS[level].tileMs * TILE_LEVELS[level].tiles === windowMs,
  );
  return placed === undefined ? 0 : tilesIn(tiles, placed.level, atMs).count;
}
