import type { Decision, RecordedMention, RecordedVerdict, RejectionReason } from '../decision.ts';
import type { OriginalRecord, TransactionRecorded } from '../event.ts';
import type { Label } from '../label.ts';
import type { Transaction } from '../transaction.ts';

/** One thing to decide or to take in, in input order. */
export type BatchItem =
  | {
      readonly kind: 'transaction';
      readonly transaction: Transaction;
      readonly original: OriginalRecord | null;
      /** History from before: it changes the state and gets no decision. */
      readonly observeOnly?: boolean;
    }
  | { readonly kind: 'label'; readonly label: Label; readonly original: OriginalRecord | null }
  | {
      readonly kind: 'invalid';
      readonly reason: RejectionReason;
      readonly field: string | null;
      readonly detail: string;
      readonly original: OriginalRecord;
    }
  /** A record that another partition decides: only the input position passes it. */
  | { readonly kind: 'forwarded'; readonly original: OriginalRecord };

/** The stretch [from, to) of an input topic's partition that a batch covers, holes included. */
export interface InputStretch {
  readonly topic: string;
  readonly from: number;
  readonly to: number;
}

/** Items of one partition: of one input topic, or of HTTP (`input` is null). */
export interface Batch {
  readonly partition: number;
  readonly input: InputStretch | null;
  readonly items: readonly BatchItem[];
}

/** What became of an item. `skipped`: it lies below the input position, so that its fate is already sealed. */
export type ItemResult =
  | { readonly kind: 'decided'; readonly decision: Decision; readonly seq: number }
  /** Taken in without a decision. */
  | {
      readonly kind: 'recorded';
      readonly what: 'label' | TransactionRecorded['cause'];
      readonly matched: boolean;
      readonly seq: number;
    }
  /** `first` is a mention for a reversal, a refund and a label. */
  | {
      readonly kind: 'duplicate' | 'conflict';
      readonly transaction: Transaction;
      readonly first: RecordedVerdict | RecordedMention;
    }
  | { readonly kind: 'duplicate' | 'conflict'; readonly label: Label; readonly first: RecordedMention }
  | { readonly kind: 'too_late' | 'from_the_future'; readonly transaction: Transaction }
  | { readonly kind: 'too_late' | 'from_the_future'; readonly label: Label }
  | { readonly kind: 'invalid'; readonly reason: RejectionReason }
  | { readonly kind: 'forwarded' }
  | { readonly kind: 'skipped' };

/** Milliseconds spent in each stage of a batch. */
export interface StageTimings {
  readonly state: number;
  readonly features: number;
  readonly model: number;
  readonly commit: number;
}

/** A batch that was committed whole. `home` and `lastSeq` are what `ack=log` waits for. */
export interface CommittedBatch {
  readonly status: 'committed';
  readonly home: string;
  readonly lastSeq: number;
  readonly results: readonly ItemResult[];
  readonly timings: StageTimings;
}

/** Nothing was written; `damaged`: an account's record cannot be read, the partition is closed until it is made anew. `inputPosition` is where the store stands, for a seek. */
export interface RefusedBatch {
  readonly status: 'closed' | 'gap' | 'stale' | 'conflict' | 'full' | 'damaged';
  readonly inputPosition: number;
}
