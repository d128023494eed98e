import { type Decision, NO_ENTITY_MARKS, type Reason } from '#libs/core';
import type { RecordedDecisionDto } from '../dto/event-dto.ts';
import { toTransaction } from '../transaction/transaction-parser.ts';
import { parseWireTime } from '../wire-time.ts';
import { marksFromWire } from './amendments.ts';
import { vectorFromBase64 } from './base64.ts';

/**
 * The core's decision of a recorded one; undefined when its vector is no vector. The canonical text is printed from the object as it was read, so
 * fields that a newer release added stay part of the content, and its hash is the same for every reader.
 */
export function decisionFromWire(wire: RecordedDecisionDto): Decision | undefined {
  const vector = vectorFromBase64(wire.vector);
  if (vector === undefined) return undefined;
  return {
    transaction: toTransaction(wire.transaction, JSON.stringify(wire.transaction)),
    outcome: wire.decision,
    riskScore: wire.risk_score,
    probability: wire.probability,
    riskLevel: wire.risk_level,
    reasons: wire.reasons.map(toReason),
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

function toReason({ code, text, contribution, source }: RecordedDecisionDto['reasons'][number]): Reason {
  return contribution === undefined ? { code, text, source } : { code, text, contribution, source };
}
