import type { DecidedEvent, DedupEntry } from './account-event.ts';
import type { AccountState } from './account-state.ts';
import { addToTiles, expireTiles } from '../window/tiles.ts';
import type { EventColumns } from './event-columns.ts';
import { hasOwnAmount, unpackVerdict } from './verdict.ts';

/** An event on its way into the log, and what it pushes out. */
export interface Leaving {
  readonly state: AccountState;
  readonly event: DecidedEvent;
  /** The place in the log that the event would get, counted from its first row. */
  readonly at: number;
  /** How many of the oldest rows leave, counted with the event in its place: it can be one of them. */
  readonly leaving: number;
}

/** Times after the event. */
export interface LeavingTimes {
  readonly watermarkMs: number;
  readonly admissibleFromMs: number;
  readonly reachableAfterMs: number;
}

/** What is kept of rows that leave. */
export type Left = Pick<AccountState, 'floorMs' | 'truncatedMs' | 'overflowMs' | 'tiles'> & {
  readonly evicted: readonly DedupEntry[];
};

/**
 * What the state keeps of rows that leave. Whenever some are evicted the floor follows to just below the admissible times: then overflow
 * records may forget what lies under it at any time, and the state does not depend on when they are written.
 */
export function leaveLog(
  { state, event, at, leaving }: Leaving,
  { watermarkMs, admissibleFromMs, reachableAfterMs }: LeavingTimes,
): Left {
  let { floorMs, truncatedMs, overflowMs } = state;
  let tiles = expireTiles(state.tiles, watermarkMs);
  const evicted: DedupEntry[] = [];
  for (let row = 0; row < leaving; row++) {
    const entry = row === at ? event : entryOf(state.events, row < at ? row : row - 1);
    const { eventTimeMs } = entry;
    truncatedMs = Math.max(truncatedMs, eventTimeMs);
    if (eventTimeMs > reachableAfterMs) {
      const amountMinor = row === at ? ownAmount(event, state) : amountOf(state.events, row < at ? row : row - 1);
      tiles = addToTiles(tiles, { timeMs: eventTimeMs, count: 1, amountMinor }, watermarkMs);
    }
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
  return { floorMs, truncatedMs, overflowMs, tiles, evicted };
}

/** The amount of an event if it is in the currency of the account, which has one: nothing is pushed out of an empty log. */
function ownAmount({ amountMinor, currency }: DecidedEvent, state: AccountState): number {
  return currency === state.currency ? amountMinor : 0;
}

function amountOf({ amountsMinor, verdicts, first }: EventColumns, index: number): number {
  return hasOwnAmount(verdicts[first + index]!) ? amountsMinor[first + index]! : 0;
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
