import { type Decision, type Explanation, NO_ENTITY_MARKS, type Reason } from '#libs/core';
import type { RecordedDecisionDto } from '../dto/event-dto.ts';
import { toTransaction } from '../transaction/transaction-parser.ts';
import { parseWireTime } from '../wire-time.ts';
import { marksFromWire } from './amendments.ts';
import { vectorFromBase64 } from './base64.ts';

/**
 * The core's decision of a recorded one; undefined when its vector or its explanation is none. The canonical text is printed from the object as it was read, so
 * fields that a newer release added stay part of the content, and its hash is the same for every reader.
 */
export function decisionFromWire(wire: RecordedDecisionDto): Decision | undefined {
  const vector = vectorFromBase64(wire.vector);
  const explanation = wire.explanation === undefined ? null : explanationFromWire(wire.explanation);
  if (vector === undefined || explanation === undefined) return undefined;
  return {
    transaction: toTransaction(wire.transaction, JSON.stringify(wire.transaction)),
    outcome: wire.decision,
    riskScore: wire.risk_score,
    probability: wire.probability,
    riskLevel: wire.risk_level,
    reasons: wire.reasons.map(toReason),
    explanation,
    model: wire.model === null ? null : { id: wire.model.id, version: wire.model.version, sha256: wire.model.sha256 },
    featureSet: wire.feature_set,
    policyVersion: wire.policy_version,
    degradedReasons: wire.degraded_reasons,
    vector,
    entities: wire.entities === undefined ? NO_ENTITY_MARKS : marksFromWire(wire.entities),
    logTruncated: wire.log_truncated ?? false,
    late: wire.late,
    decidedAtMs: parseWireTime(wire.decided_at),
    holdExpiresAtMs: wire.hold === undefined ? null : parseWireTime(wire.hold.expires_at),
  };
}

function explanationFromWire({
  bias,
  contributions,
}: NonNullable<RecordedDecisionDto['explanation']>): Explanation | undefined {
  const parts = vectorFromBase64(contributions);
  return parts === undefined ? undefined : { bias, contributions: parts };
}

function toReason({ code, text, contribution, source }: RecordedDecisionDto['reasons'][number]): Reason {
  return contribution === undefined ? { code, text, source } : { code, text, contribution, source };
}
