import { emptyAmendments, type AmendmentTable } from './amendment-table.ts';
import { emptyProfile, type DecayedProfile } from './decayed-profile.ts';
import { emptyColumns, type EventColumns } from './event-columns.ts';
import { emptyKeys, type KeyTable } from './key-table.ts';
import { emptyTiles, tileShape, type TileShape, type Tiles } from '../window/tiles.ts';
import { LONGEST_WINDOW_MS } from './reducer-parameters.ts';
import { emptyTimes, type TimeOfDayProfile } from './time-of-day-profile.ts';

/**
 * What is kept of one account, decoded: the event log in columns, ordered by (event time, seq), with the dedup entries in the same rows and two
 * tables of keys that rows share; the amendments that it knows again; decayed profiles; scalars. Immutable: `reduce` and `amend` return a new one.
 */
export interface AccountState {
  /** ISO 4217 of the account's first transaction; '' when it has none yet. */
  readonly currency: string;
  /** Largest event time accepted, or -Infinity. */
  readonly watermarkMs: number;
  /** At least the event time of every dedup entry that was dropped, or -Infinity: nothing new at or below it is accepted. */
  readonly floorMs: number;
  /** Smallest event time ever accepted, or Infinity. */
  readonly firstSeenMs: number;
  /** Greatest event time of a row that the cap pushed out while a window could still reach it, or -Infinity when there is none: what is
   *  read from the log alone is of windows that begin before it a lower bound. */
  readonly truncatedMs: number;
  /** Greatest event time of a dedup entry in the overflow records, or -Infinity when they hold nothing: then they need not be read. */
  readonly overflowMs: number;
  /** At least the time of every amendment that was dropped, or -Infinity: no new amendment at or below it is accepted. */
  readonly amendmentFloorMs: number;
  readonly amountProfile: DecayedProfile;
  readonly timeProfile: TimeOfDayProfile;
  readonly events: EventColumns;
  /** Whom the events were with: see `surroundings.ts`. The beneficiary is the dated key. */
  readonly parties: KeyTable;
  /** What they were paid with. The device is the dated key. */
  readonly instruments: KeyTable;
  readonly amendments: AmendmentTable;
  /** What the cap pushed out, as far as windows up to 30 days can reach it; empty while nothing was. */
  readonly tiles: Tiles;
}

/** For each window its own tiles. */
export const ACCOUNT_TILES: TileShape = tileShape(['minute', 'fiveMinutes', 'hour', 'day', 'week', 'month'], {
  hasSums: true,
});

/** The state of an account that has never had a transaction. */
export function emptyAccount(): AccountState {
  return {
    currency: '',
    watermarkMs: -Infinity,
    floorMs: -Infinity,
    firstSeenMs: Infinity,
    truncatedMs: -Infinity,
    overflowMs: -Infinity,
    amendmentFloorMs: -Infinity,
    amountProfile: emptyProfile(),
    timeProfile: emptyTimes(),
    events: emptyColumns(),
    parties: emptyKeys(),
    instruments: emptyKeys(),
    amendments: emptyAmendments(),
    tiles: emptyTiles(ACCOUNT_TILES),
  };
}

/** Whether the cap has pushed events out of the log that a window ending at `eventTimeMs` may reach: what is read from the log alone can be too low. */
export function isTruncated({ truncatedMs }: AccountState, eventTimeMs: number): boolean {
  return truncatedMs > eventTimeMs - LONGEST_WINDOW_MS;
}

/** The state with every seq, of rows and of amendments, changed by a function that keeps their order. */
export function withSeqs(state: AccountState, changed: (seq: number) => number): AccountState {
  const { events, amendments } = state;
  return {
    ...state,
    events: { ...events, seqs: events.seqs.map(changed) },
    amendments: { ...amendments, seqs: amendments.seqs.map(changed) },
  };
}

/** The greatest seq of a row or an amendment that the state holds; 0 when it holds none. */
export function newestSeq({ events, amendments }: AccountState): number {
  let newest = 0;
  const { seqs, first, end } = events;
  for (let row = first; row < end; row++) if (seqs[row]! > newest) newest = seqs[row]!;
  for (let i = 0; i < amendments.count; i++) if (amendments.seqs[i]! > newest) newest = amendments.seqs[i]!;
  return newest;
}
