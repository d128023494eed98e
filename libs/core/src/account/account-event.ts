import type { Outcome } from '../decision.ts';
import type { EntityKeys } from '../entities/entity-kind.ts';
import type { Hash64 } from '../hash64.ts';

/** Stands for an unknown merchant category. */
export const NO_CATEGORY = 0xffff;

/** What an account's log keeps of a transaction: everything that features and dedup need, nothing else. */
export interface AccountEvent {
  /** Keyed hash of the identity. */
  readonly identity: Hash64;
  /** Keyed 32-bit hash of the canonical content. */
  readonly content: number;
  readonly eventTimeMs: number;
  readonly amountMinor: number;
  readonly currency: string;
  /** Keyed 32-bit hash of the counterparty, 0 when there is none. */
  readonly counterparty: number;
  /** Merchant category code, 0 to 9999, or `NO_CATEGORY`. */
  readonly category: number;
  /** The merchant's country, both letters in 16 bits, or 0. */
  readonly country: number;
  /** Where the payer was, as `packPlace` has it, or `NOWHERE`. */
  readonly place: number;
  readonly entities: EntityKeys;
}

/** An event with its decision and its place in the partition's log. */
export interface DecidedEvent extends AccountEvent {
  readonly outcome: Outcome;
  /** 0 to 1000, or null when no model assessed it. */
  readonly riskScore: number | null;
  readonly seq: number;
}

/** A dedup entry that no longer fits in the account's log but must still be recognised. */
export interface DedupEntry {
  readonly identity: Hash64;
  readonly content: number;
  readonly eventTimeMs: number;
  readonly outcome: Outcome;
  readonly riskScore: number | null;
}
