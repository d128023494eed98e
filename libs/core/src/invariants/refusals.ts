import { admit } from '../account/admission.ts';
import type { RejectionReason } from '../decision.ts';
import { partitionOf } from '../partition-of.ts';
import type { HistoryStep } from './history-facts.ts';
import type { Violation } from './violation.ts';

type RejectedStep = Extract<HistoryStep, { kind: 'rejected' }>;

/** What a refusal is judged by. */
export interface RefusalRules {
  readonly partitions: number;
  /** The least lateness that was ever allowed in this log. */
  readonly allowedLatenessMs: number;
  /** The topic whose refusals are judged: those of labels are taken as they are. */
  readonly topic: string;
  /** The partition's own floor after a rebuild from a trimmed log. */
  readonly partitionFloorMs: number | null;
}

/** A refusal is dated when it is written, some time after it was judged. */
const WRITTEN_AFTER_MS = 10_000;

const OF_TRANSACTIONS: readonly RejectionReason[] = [
  'too_late',
  'from_the_future',
  'identity_conflict',
  'wrong_partition',
];

/** I1 and I6 at a rejection: a transaction that its account could accept is not refused, and a conflict has a first decision with other content. */
export function refusalViolations(step: RejectedStep, rules: RefusalRules): Violation[] {
  const { rejected, refused, partition, seq, offset } = step;
  if (rejected.original.topic !== rules.topic) return [];
  if (refused === null) {
    if (!OF_TRANSACTIONS.includes(rejected.reason)) return [];
    const detail = `Refused as ${rejected.reason}, but the original is no transaction`;
    return [{ invariant: 'I1', code: 'refused_wrongly', partition, seq, offset, detail }];
  }
  const { transaction, event, before, known } = refused;
  const { accountId, transactionId, eventTimeMs } = transaction;
  const say = (invariant: 'I1' | 'I6', code: string, detail: string): Violation[] => [
    { invariant, code, partition, seq, offset, accountId, transactionId, detail },
  ];
  switch (rejected.reason) {
    case 'identity_conflict':
      if (known === null)
        return say('I6', 'conflict_without_first', 'Refused as a conflict, but nothing was decided before');
      return known.content === event.content
        ? say('I6', 'duplicate_refused', 'Refused as a conflict, but its content is that of the first decision')
        : [];
    case 'too_late': {
      if (known !== null)
        return say('I1', 'known_refused', 'Refused as too late, but its account knows the transaction');
      const limits = { ...rules, nowMs: Infinity, maxFutureSkewMs: 0 };
      const admissible = admit(before, { eventTimeMs }, limits) !== 'too_late';
      return admissible ? say('I1', 'refused_too_early', 'Refused as too late, but its account could accept it') : [];
    }
    case 'from_the_future':
      return eventTimeMs + WRITTEN_AFTER_MS <= rejected.rejectedAtMs
        ? say('I1', 'refused_from_the_past', 'Refused as from the future, but dated before the refusal')
        : [];
    case 'wrong_partition':
      return partitionOf(accountId, rules.partitions) === partition
        ? say('I1', 'refused_at_home', 'Refused as on the wrong partition, but this is its own')
        : [];
    case 'malformed':
    case 'oversized':
    case 'invalid_transaction':
    case 'invalid_label':
    case 'unknown_transaction':
    case 'unsupported_event_type':
      return say('I1', 'refused_wrongly', `Refused as ${rejected.reason}, but it is a valid transaction`);
  }
}
