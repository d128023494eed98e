import type { Decision, RejectionReason } from './decision.ts';

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
  readonly input: InputPosition | null;
  readonly reducer: ReducerParameters;
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
export type LogEvent = DecisionMade | TransactionRejected;

/** An event as bytes: what the outbox holds and the relay publishes. Headers are all but `e`, `s` and `v`. */
export interface EncodedEvent {
  readonly key: Uint8Array | null;
  readonly value: Uint8Array;
  readonly headers: Readonly<Record<string, string>>;
}
