import type { EntityKeys } from '../entities/entity-kind.ts';
import type { Hash64 } from '../hash64.ts';

/** What a transaction is known to have been. */
export type LabelValue = 'fraud' | 'genuine';

/** What the issuer did with a transaction: let it through, did not after all, or asked the customer first. Whatever we had decided. */
export type IssuerOutcome = 'approved' | 'declined' | 'challenged';

/** What can be said of a transaction after it was decided. */
export type AmendmentKind = LabelValue | IssuerOutcome | 'reversal' | 'refund';

/** A label, a reversal, a refund or the issuer's outcome, as an account takes it in. It changes the state from then on, never a decision. */
export interface Amendment {
  readonly kind: AmendmentKind;
  /** Keyed hash of its own identity. */
  readonly identity: Hash64;
  /** Keyed 32-bit hash of its canonical content. */
  readonly content: number;
  /** `reported_at` of a label or outcome, `occurred_at` of a reversal or refund. */
  readonly timeMs: number;
  /** Keyed hash of the identity of the transaction that it is about. */
  readonly target: Hash64;
  /** Minor units that leave the account's sums: Infinity for all that is left, 0 for what takes nothing. */
  readonly amountMinor: number;
}

/** An amendment with its place in the partition's log. */
export interface RecordedAmendment extends Amendment {
  readonly seq: number;
}

/** What an amendment did to a transaction that its account knows: all that other entities need to follow. */
export interface AmendmentEffect {
  readonly eventTimeMs: number;
  /** Of the transaction before the amendment, in minor units of `currency`. */
  readonly amountMinor: number;
  readonly currency: string;
  /** What left the sums. */
  readonly removedMinor: number;
  readonly entities: EntityKeys;
  readonly labelBefore: LabelValue | null;
  readonly labelAfter: LabelValue | null;
}

/** An amendment and what it did to the transaction that it is about. */
export interface AppliedAmendment {
  readonly amendment: Amendment;
  readonly effect: AmendmentEffect;
}

/** An amendment that waited for its transaction in vain: it changed nothing, and will not. */
export interface ExpiredAmendment extends Amendment {
  /** Of the event that recorded it; null when that one is of the same batch, where seqs are not known yet. */
  readonly seq: number | null;
}
