/**
 * What is kept of one account, decoded: the event log in columns, ordered by (event time, seq), with the dedup entries in the same rows; the
 * decayed profile; scalars. Immutable: `reduce` returns a new one.
 */
export interface AccountState {
  /** ISO 4217 of the account's first transaction; '' when it has none yet. */
  readonly currency: string;
  /** Largest event time accepted, or -Infinity. */
  readonly watermarkMs: number;
  /** Greatest event time of any dedup entry that was dropped, or -Infinity: nothing new at or below it is accepted. */
  readonly floorMs: number;
  /** Smallest event time ever accepted, or Infinity. */
  readonly firstSeenMs: number;
  /** Events fell off the log while a window could still reach them. */
  readonly logTruncated: boolean;
  /** Some dedup entries live in overflow records. */
  readonly hasOverflow: boolean;
  readonly amountProfile: DecayedProfile;
  readonly events: EventColumns;
}

/** Exponentially decayed count, mean and sum of squared deviations, half-life 30 days, folded in seq order. */
export interface DecayedProfile {
  /** Events folded, not decayed. */
  readonly folded: number;
  readonly weight: number;
  readonly mean: number;
  readonly squares: number;
  /** Event time to which weights are decayed. */
  readonly atMs: number;
}

/** Row i is one event; all columns have the same length, at most the log's cap. */
export interface EventColumns {
  readonly timesMs: Float64Array;
  readonly amountsMinor: Float64Array;
  readonly identityHigh: Uint32Array;
  readonly identityLow: Uint32Array;
  readonly contents: Uint32Array;
  /** Hash of the counterparty, 0 when there is none. */
  readonly counterparties: Uint32Array;
  /** Packed outcome, risk score and currency flag: see `verdict.ts`. */
  readonly verdicts: Uint16Array;
  readonly seqs: Float64Array;
}
