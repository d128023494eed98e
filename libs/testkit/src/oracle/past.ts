import type { DecayedProfile, DecidedEvent, Hash64, RecordedAmendment, TimeOfDayProfile } from '#libs/core';

/** A transaction as its account knows it by now. */
export interface KnownEvent extends DecidedEvent {
  /** What is left of the amount; null when all was taken back. */
  readonly leftMinor: number | null;
  readonly label: 'fraud' | 'genuine' | null;
}

/** An amendment as its account knows it: whether it was applied, waits, or waited in vain. */
export interface KnownAmendmentEvent extends RecordedAmendment {
  readonly fate: 'applied' | 'pending' | 'unmatched';
}

/** What is known of an account: everything that its vectors and its state are defined on. */
export interface Past {
  /** Every event before, in seq order. */
  readonly history: readonly DecidedEvent[];
  /** Those of them that the log holds, by (time, seq). */
  readonly log: readonly KnownEvent[];
  /** Those that the cap cut off and a window can still reach. */
  readonly cutOff: readonly KnownEvent[];
  readonly amounts: DecayedProfile;
  readonly times: TimeOfDayProfile;
  /** By the key's halves: the least time of a row with it since the log last was without it. */
  readonly devices: ReadonlyMap<string, number>;
  readonly beneficiaries: ReadonlyMap<string, number>;
}

/** A key as text, to compare by. */
export function keyText(key: Hash64 | null): string | null {
  return key === null ? null : `${key.high}:${key.low}`;
}
