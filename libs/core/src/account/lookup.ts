import type { RecordedVerdict } from '../decision.ts';
import type { Hash64 } from '../hash64.ts';
import type { AccountState } from './account-state.ts';
import { rowOf } from './event-columns.ts';
import { unpackVerdict } from './verdict.ts';

/** A transaction that the account has decided before. Equal `content`: a duplicate; other content: a conflict of identity. */
export interface KnownTransaction extends RecordedVerdict {
  /** Keyed 32-bit hash of the canonical content. */
  readonly content: number;
  readonly eventTimeMs: number;
}

/** The transaction of this identity in the account's log, or null. When `overflowMs` is finite its overflow record must be asked too. */
export function findIdentity({ events }: AccountState, identity: Hash64): KnownTransaction | null {
  const row = rowOf(events, identity.high, identity.low);
  if (row === -1) return null;
  const { outcome, riskScore } = unpackVerdict(events.verdicts[row]!);
  return {
    outcome,
    riskScore,
    seq: events.seqs[row]!,
    content: events.contents[row]!,
    eventTimeMs: events.timesMs[row]!,
  };
}
