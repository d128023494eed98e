import type { ReducerParameters } from '../event.ts';
import type { Hash64 } from '../hash64.ts';
import type { AccountState } from './account-state.ts';
import { amendRow } from './amend-row.ts';
import {
  findAmendmentEntry,
  isLabel,
  newestLabelMs,
  type AmendmentEntry,
  type KnownAmendment,
} from './amendment-table.ts';
import type { Amendment, AmendmentEffect, RecordedAmendment } from './amendment.ts';
import { copyOf, rowOf, type EventColumns } from './event-columns.ts';
import { checkParameters, reachableAfterMs } from './reducer-parameters.ts';
import { settleAmendments, withEntry } from './settle-amendments.ts';

/** The state after an amendment, and what came of it. */
export interface Amended {
  readonly state: AccountState;
  /** What it did to its transaction; null when the account does not know that one, or not yet: then the amendment is pending. */
  readonly effect: AmendmentEffect | null;
  /** Amendments, this one possibly among them, that will wait for their transaction no longer. */
  readonly expired: readonly RecordedAmendment[];
}

/** Room for events to come, in rows, beside the copied ones. */
const SPARE_ROWS = 4;

/** What the account knows of an amendment that it has taken in before, or null. Asked before lateness, as for transactions. */
export function findAmendment(state: AccountState, identity: Hash64): KnownAmendment | null {
  const entry = findAmendmentEntry(state.amendments, identity);
  if (entry === null) return null;
  const { content, timeMs, seq, fate } = entry;
  return { content, timeMs, seq, matched: fate === 'applied' };
}

/**
 * Takes in an amendment that is new to the account. Pure. Its seq is greater than that of everything before.
 *
 * Counts keep a reversed transaction; only its amount leaves. The label of a transaction is the one with the greatest (`timeMs`, seq) among its
 * labels. Decayed profiles are not touched. An amendment whose transaction the log does not hold waits for it: `reduce` applies it when that
 * comes. It neither moves the watermark nor is tested against it. Throws `TransientFault` `newer_reducer` for parameters of a newer build.
 */
export function amend(state: AccountState, amendment: RecordedAmendment, parameters: ReducerParameters): Amended {
  checkParameters(parameters);
  const { target, timeMs } = amendment;
  const row = rowOf(state.events, target.high, target.low);
  const isNewestLabel = isLabel(amendment.kind) && timeMs >= newestLabelMs(state.amendments, target);
  const changed = row === -1 ? null : amended(state, row - state.events.first, { amendment, isNewestLabel });
  const entry: AmendmentEntry = { ...amendment, fate: changed === null ? 'pending' : 'applied' };
  const { table, floorMs, expired } = settleAmendments(withEntry(state.amendments, entry), {
    watermarkMs: state.watermarkMs,
    reachableAfterMs: reachableAfterMs(state.watermarkMs, parameters),
    floorMs: state.amendmentFloorMs,
  });
  const events = changed === null ? state.events : changed.events;
  return {
    state: { ...state, events, amendments: table, amendmentFloorMs: floorMs },
    effect: changed === null ? null : changed.effect,
    expired,
  };
}

function amended(
  state: AccountState,
  index: number,
  change: { readonly amendment: Amendment; readonly isNewestLabel: boolean },
): { events: EventColumns; effect: AmendmentEffect } {
  const events = copyOf(state.events, SPARE_ROWS);
  return { events, effect: amendRow({ ...state, events }, index, change) };
}
