import { emptyProfile, type DecayedProfile } from './decayed-profile.ts';
import { emptyColumns, type EventColumns } from './event-columns.ts';

/**
 * What is kept of one account, decoded: the event log in columns, ordered by (event time, seq), with the dedup entries in the same rows; the
 * decayed profile; scalars. Immutable: `reduce` returns a new one.
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
  /** Greatest event time of a row that the cap pushed out while a window could still reach it, or -Infinity when there is none: counts and
   *  sums of windows that begin before it are lower bounds. */
  readonly truncatedMs: number;
  /** Greatest event time of a dedup entry in the overflow records, or -Infinity when they hold nothing: then they need not be read. */
  readonly overflowMs: number;
  readonly amountProfile: DecayedProfile;
  readonly events: EventColumns;
}

/** The state of an account that has never had a transaction. */
export function emptyAccount(): AccountState {
  return {
    currency: '',
    watermarkMs: -Infinity,
    floorMs: -Infinity,
    firstSeenMs: Infinity,
    truncatedMs: -Infinity,
    overflowMs: -Infinity,
    amountProfile: emptyProfile(),
    events: emptyColumns(),
  };
}
