import type { FieldFault } from '#libs/contracts';
import type {
  AmendmentEffect,
  AppliedAmendment,
  Decision,
  HistoryItem,
  Label,
  PlannedItem,
  Transaction,
} from '#libs/core';

/** Where in its source something stands: the line of a file, or the partition and seq of a log. */
export type Place = readonly number[];

/** A transaction that got its decision. */
export interface ReplayedDecision {
  readonly kind: 'decided';
  readonly place: Place;
  readonly decision: Decision;
  /** The model's input; null when this build cannot compute it. */
  readonly vector: Float32Array | null;
  /** What had been said of the transaction before it came. */
  readonly amended: readonly AppliedAmendment[];
  /** How many labels, reversals and refunds its account has stopped waiting for the transactions of. */
  readonly expired: number;
}

/** A transaction that its account learnt from, or a reversal or refund. `effect` is null when the account does not know what it is about, or not yet. */
export interface ReplayedRecord {
  readonly kind: 'recorded';
  readonly place: Place;
  readonly what: 'observed' | 'reversal' | 'refund';
  readonly transaction: Transaction;
  readonly effect: AmendmentEffect | null;
  readonly amended: readonly AppliedAmendment[];
  readonly expired: number;
}

/** What got no decision and changed nothing; `transaction` is null when it is none. */
export interface ReplayedRefusal {
  readonly kind: 'refused';
  readonly place: Place;
  readonly reason: string;
  readonly field: string | null;
  readonly transaction: Transaction | null;
}

/** A label, or null where what stands there is none. */
export interface ReplayedLabel {
  readonly kind: 'label';
  readonly place: Place;
  readonly label: Label | null;
  /** `matched`: it was said of a transaction that its account knows; `pending`: the account waits for that one; else why it changed nothing. */
  readonly answer: string;
  readonly effect: AmendmentEffect | null;
  readonly expired: number;
}

/** What became of one thing of a history. */
export type Replayed = ReplayedDecision | ReplayedRecord | ReplayedRefusal | ReplayedLabel;

/** Whatever takes the results of a replay in, in the order of seq. */
export interface ReplaySink {
  /** Resolves when more may come. */
  take(replayed: Replayed): Promise<void>;
}

/** What a line that holds no transaction or no label came to. */
export function unreadable(
  place: Place,
  kind: 'transaction' | 'label',
  { reason, fields }: { readonly reason: string; readonly fields: readonly FieldFault[] },
): Replayed {
  if (kind === 'label') return { kind: 'label', place, label: null, answer: reason, effect: null, expired: 0 };
  return { kind: 'refused', place, reason, field: fields[0]?.field ?? null, transaction: null };
}

/** What an item came to that was planned. */
export function replayedOf(place: Place, item: HistoryItem, planned: PlannedItem): Replayed {
  if (planned.kind === 'decided') {
    const { decision, amended, expired } = planned;
    return { kind: 'decided', place, decision, vector: decision.vector, amended, expired: expired.length };
  }
  if (planned.kind === 'recorded') {
    const { what, effect, amended, expired } = planned;
    if (item.kind === 'label') return labelled(place, item.label, { effect, expired: expired.length });
    if (what === 'label') throw new Error('A transaction was taken in as a label');
    return { kind: 'recorded', place, what, transaction: item.transaction, effect, amended, expired: expired.length };
  }
  const reason = planned.kind === 'conflict' ? 'identity_conflict' : planned.kind;
  if (item.kind === 'label')
    return { kind: 'label', place, label: item.label, answer: reason, effect: null, expired: 0 };
  return { kind: 'refused', place, reason, field: null, transaction: item.transaction };
}

/** What a label came to that was taken in. */
export function labelled(
  place: Place,
  label: Label,
  { effect, expired }: { readonly effect: AmendmentEffect | null; readonly expired: number },
): ReplayedLabel {
  return { kind: 'label', place, label, answer: effect === null ? 'pending' : 'matched', effect, expired };
}
