import type { AmendmentEffect, AppliedAmendment, ExpiredAmendment } from './account/amendment.ts';
import type { Decision, RejectionReason } from './decision.ts';
import type { Label } from './label.ts';
import type { Transaction } from './transaction.ts';

/** Up to where an input topic's partition is applied once the event that carries it is valid. */
export interface InputPosition {
  readonly topic: string;
  /** The offset after the last applied record. */
  readonly next: number;
}

/** What a replay must know to repeat a reduction, whatever this process is configured to. */
export interface ReducerParameters {
  readonly version: number;
  readonly allowedLatenessMs: number;
  readonly logCap: number;
}

/** A record of an input topic as it came. */
export interface OriginalRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
}

/** The decision of one transaction: output, and change of its account's state. */
export interface DecisionMade {
  readonly type: 'decision.made';
  readonly decision: Decision;
  /** What had been said of the transaction before it came, and holds from here on. */
  readonly amended: readonly AppliedAmendment[];
  /** What the account has stopped waiting for with this event. */
  readonly expired: readonly ExpiredAmendment[];
  readonly input: InputPosition | null;
  readonly reducer: ReducerParameters;
}

/** A label of an earlier transaction: output, and change of its account's state from here on. */
export interface LabelRecorded {
  /** `outcome.recorded`: it says what the issuer did. A reader that keeps one of each type keeps both. */
  readonly type: 'label.recorded' | 'outcome.recorded';
  readonly label: Label;
  /** null when the account does not know the transaction, or not yet. */
  readonly effect: AmendmentEffect | null;
  /** What the account has stopped waiting for, to make room for this one. */
  readonly expired: readonly ExpiredAmendment[];
  readonly input: InputPosition | null;
  readonly reducer: ReducerParameters;
  readonly recordedAtMs: number;
}

/** A transaction that changes its account's state and gets no decision. */
export interface TransactionRecorded {
  readonly type: 'transaction.recorded';
  readonly transaction: Transaction;
  /** `observed`: history from before, which is learnt from; the others take back an earlier transaction, or a part of it. */
  readonly cause: 'observed' | 'reversal' | 'refund';
  /** What a reversal or refund did; null when the account does not know the transaction, or not yet, and for what was observed. */
  readonly effect: AmendmentEffect | null;
  /** As of `DecisionMade`. */
  readonly amended: readonly AppliedAmendment[];
  readonly expired: readonly ExpiredAmendment[];
  readonly input: InputPosition | null;
  readonly reducer: ReducerParameters;
  readonly recordedAtMs: number;
}

/** A record of an input topic that gets no decision, with its original bytes. Changes no account. */
export interface TransactionRejected {
  readonly type: 'transaction.rejected';
  readonly reason: RejectionReason;
  /** The first offending field, dotted; null when the record as a whole is at fault. */
  readonly field: string | null;
  readonly detail: string;
  readonly original: OriginalRecord;
  readonly input: InputPosition;
  readonly rejectedAtMs: number;
}

/** Everything that takes a sequence number in `decisions.v1`. */
export type LogEvent = DecisionMade | TransactionRejected | LabelRecorded | TransactionRecorded;

/** An event as bytes: what the outbox holds and the relay publishes. Headers are all but `e`, `s` and `v`. */
export interface EncodedEvent {
  readonly key: Uint8Array | null;
  readonly value: Uint8Array;
  readonly headers: Readonly<Record<string, string>>;
}

/** Header of an encoded event with which an account has stopped waiting for the transactions of earlier ones: how many. Hardly any event has it. */
export const EXPIRED_HEADER = 'holdfast-expired';
