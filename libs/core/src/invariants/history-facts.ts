import type { AccountEvent } from '../account/account-event.ts';
import type { AccountState } from '../account/account-state.ts';
import type { KnownTransaction } from '../account/lookup.ts';
import type { Outcome, RejectionReason } from '../decision.ts';
import type {
  DecisionMade,
  InputPosition,
  LabelRecorded,
  OriginalRecord,
  TransactionRecorded,
  TransactionRejected,
} from '../event.ts';
import type { Hash64 } from '../hash64.ts';
import type { LogPosition } from '../log/log-rule.ts';
import type { Transaction } from '../transaction.ts';

/** A valid event that settles a transaction, as much of it as later checks need. */
export interface DecidedFact {
  /** Whether it was decided, or why it was only recorded. */
  readonly what: 'decided' | TransactionRecorded['cause'];
  readonly identity: Hash64;
  readonly content: number;
  readonly accountId: string;
  readonly transactionId: string;
  readonly seq: number;
  readonly offset: number;
  /** As a decision's; of what was only recorded, as its account keeps it. */
  readonly outcome: Outcome;
  readonly riskScore: number | null;
  /** Whether it came by an input topic; else over HTTP. */
  readonly fromInput: boolean;
}

/** A valid `label.recorded`. */
export interface LabelFact {
  readonly identity: Hash64;
  readonly accountId: string;
  readonly transactionId: string;
  readonly seq: number;
  readonly offset: number;
}

/** A valid `transaction.rejected`. `identity` and `content` are null when the original is no transaction. */
export interface RejectedFact {
  readonly reason: RejectionReason;
  readonly seq: number;
  readonly offset: number;
  readonly origin: Pick<OriginalRecord, 'topic' | 'partition' | 'offset'>;
  /** Of the original's key and value. */
  readonly fingerprint: number;
  readonly identity: Hash64 | null;
  readonly content: number | null;
}

/** A label, reversal or refund that its account has stopped waiting with, as its dead letter must be. */
export interface ExpiredFact {
  /** Of the event with which it stopped. */
  readonly seq: number;
  readonly offset: number;
  /** Offset of the event that recorded it. */
  readonly recordedAt: number;
  /** Of key and canonical JSON. */
  readonly fingerprint: number;
}

/** Epoch and seq of a valid record, and the input position that it carries. */
export interface ValidMark extends LogPosition {
  readonly kind: 'open' | 'event';
  readonly offset: number;
  /** The broker's append time. */
  readonly timestampMs: number;
  readonly input: InputPosition | null;
}

/** A valid event beside the state that its account had before it, for checks that need both. `known`: what the account knew of the identity. */
export type HistoryStep =
  | {
      readonly kind: 'decided';
      readonly partition: number;
      readonly seq: number;
      readonly offset: number;
      readonly made: DecisionMade;
      readonly event: AccountEvent;
      readonly before: AccountState;
      readonly known: KnownTransaction | null;
    }
  | {
      readonly kind: 'rejected';
      readonly partition: number;
      readonly seq: number;
      readonly offset: number;
      readonly rejected: TransactionRejected;
      /** null when the original is no transaction: then there is no state either. */
      readonly refused: {
        readonly transaction: Transaction;
        readonly event: AccountEvent;
        readonly before: AccountState;
        readonly known: KnownTransaction | null;
      } | null;
    }
  | {
      readonly kind: 'recorded';
      readonly partition: number;
      readonly seq: number;
      readonly offset: number;
      readonly recorded: LabelRecorded | TransactionRecorded;
    };
