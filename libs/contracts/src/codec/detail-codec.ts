import { type Decision, InvalidMessage, type RecordedVerdict, TransientFault } from '#libs/core';
import { DecisionDetailDto } from '../dto/event-dto.ts';
import { decisionMembers } from './decision-members.ts';
import { valueReader } from './log-value.ts';
import { decisionFromWire } from './recorded-decision.ts';

/** A decision in full, as it is cached apart from the truth, with the place and content that it is of. */
export interface DecisionDetail {
  readonly decision: Decision;
  /** Sequence number of its event. */
  readonly seq: number;
  /** Keyed 32-bit hash of the canonical content, as in the account's entry. */
  readonly content: number;
}

const readDetail = valueReader(DecisionDetailDto);

/** The bytes of a cached detail. */
export function encodeDetail(
  decision: Decision,
  place: { readonly seq: number; readonly content: number },
): Uint8Array {
  return Buffer.from(`{${decisionMembers(decision)},"seq":${place.seq},"content":${place.content}}`);
}

/** The detail in some cached bytes; undefined when this release cannot read them, which is the same as expired: the cache is not the truth. */
export function decodeDetail(bytes: Uint8Array): DecisionDetail | undefined {
  try {
    const wire = readDetail(bytes);
    const decision = wire.event_type === 'authorization' ? decisionFromWire(wire) : undefined;
    return decision && { decision, seq: wire.seq, content: wire.content };
  } catch (error) {
    if (error instanceof InvalidMessage || error instanceof TransientFault) return undefined;
    throw error;
  }
}

/**
 * Whether a cached detail is the one of the account's own entry: same outcome, score, place and content. It is not when the commit that it was
 * cached for was lost with the state, and the transaction decided again. An entry that lost its `seq` is compared without.
 */
export function isDetailOf(
  detail: DecisionDetail,
  entry: { readonly verdict: RecordedVerdict; readonly content: number },
): boolean {
  const { decision, seq, content } = detail;
  const { verdict } = entry;
  return (
    decision.outcome === verdict.outcome &&
    decision.riskScore === verdict.riskScore &&
    content === entry.content &&
    (verdict.seq === null || verdict.seq === seq)
  );
}
