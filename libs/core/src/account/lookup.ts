import type { RecordedVerdict } from '../decision.ts';
import type { Hash64 } from '../hash64.ts';
import type { AccountState } from './account-state.ts';
import { unpackVerdict } from './verdict.ts';

/** A transaction that the account has decided before. Equal `content`: a duplicate; other content: a conflict of identity. */
export interface KnownTransaction extends RecordedVerdict {
  /** Keyed 32-bit hash of the canonical content. */
  readonly content: number;
  readonly eventTimeMs: number;
}

/** The transaction of this identity in the account's log, or null. When `overflowMs` is finite its overflow record must be asked too. */
export function findIdentity(state: AccountState, identity: Hash64): KnownTransaction | null {
  const { identityHigh, identityLow, verdicts, seqs, contents, timesMs, first, end } = state.events;
  for (let row = end - 1; row >= first; row--) {
    if (identityLow[row] !== identity.low || identityHigh[row] !== identity.high) continue;
    const { outcome, riskScore } = unpackVerdict(verdicts[row]!);
    return { outcome, riskScore, seq: seqs[row]!, content: contents[row]!, eventTimeMs: timesMs[row]! };
  }
  return null;
}
