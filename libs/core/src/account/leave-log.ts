import type { DecidedEvent, DedupEntry } from './account-event.ts';
import type { AccountState } from './account-state.ts';
import type { EventColumns } from './event-columns.ts';
import { unpackVerdict } from './verdict.ts';

/** An event on its way into the log, and what it pushes out. */
export interface Leaving {
  readonly state: AccountState;
  readonly event: DecidedEvent;
  /** The place in the log that the event would get, counted from its first row. */
  readonly at: number;
  /** How many of the oldest rows leave, counted with the event in its place: it can be one of them. */
  readonly leaving: number;
}

/** What is kept of rows that leave. */
export type Left = Pick<AccountState, 'floorMs' | 'truncatedMs' | 'overflowMs'> & {
  readonly evicted: readonly DedupEntry[];
};

/**
 * What the state keeps of rows that leave. Whenever some are evicted the floor follows to just below the admissible times: then overflow
 * records may forget what lies under it at any time, and the state does not depend on when they are written.
 */
export function leaveLog(
  { state, event, at, leaving }: Leaving,
  { admissibleFromMs, reachableAfterMs }: { readonly admissibleFromMs: number; readonly reachableAfterMs: number },
): Left {
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
