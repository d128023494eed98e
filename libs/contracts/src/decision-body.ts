import { assert, type Decision, type Identity, type RecordedVerdict } from '#libs/core';
import { decisionId } from './decision-id.ts';
import type {
  DecisionDto,
  Evaluation,
  ExpiredDecisionDto,
  TimingsDto,
  TransactionReceiptDto,
} from './dto/decision-dto.ts';
import { formatWireTime } from './wire-time.ts';

export interface DecisionBodyOptions {
  readonly evaluation: Evaluation;
  readonly timingsMs?: TimingsDto;
}

/** The HTTP answer of `decision`, as plain data in wire names. Two answers of one decision differ in `evaluation` and `timings_ms` alone. */
export function toDecisionBody(decision: Decision, options: DecisionBodyOptions): DecisionDto {
  const { transaction, holdExpiresAtMs } = decision;
  return {
    decision_id: decisionId(transaction),
    transaction_id: transaction.transactionId,
    account_id: transaction.accountId,
    decision: decision.outcome,
    risk_score: decision.riskScore,
    probability: decision.probability,
    risk_level: decision.riskLevel,
    reasons: decision.reasons,
    rules: [],
    model: decision.model,
    feature_set: decision.featureSet,
    policy_version: decision.policyVersion,
    degraded: decision.degradedReasons.length > 0,
    degraded_reasons: decision.degradedReasons,
    evaluation: options.evaluation,
    ...(holdExpiresAtMs === null ? {} : { hold: { expires_at: formatWireTime(holdExpiresAtMs) } }),
    occurred_at: formatWireTime(transaction.eventTimeMs),
    decided_at: formatWireTime(decision.decidedAtMs),
    late: decision.late,
    ...(options.timingsMs === undefined ? {} : { timings_ms: options.timingsMs }),
  };
}

/** The HTTP answer to a duplicate of which the account's own record is all that is left. */
export function toExpiredDecisionBody(identity: Identity, verdict: RecordedVerdict): ExpiredDecisionDto {
  return {
    decision_id: decisionId(identity),
    transaction_id: identity.transactionId,
    account_id: identity.accountId,
    decision: verdict.outcome,
    risk_score: verdict.riskScore,
    evaluation: 'duplicate',
    detail: 'expired',
  };
}

/** The HTTP answer to a reversal or refund. */
export function toTransactionReceipt(
  { accountId, transactionId, eventType }: Identity,
  { matched, evaluation }: Pick<TransactionReceiptDto, 'matched' | 'evaluation'>,
): TransactionReceiptDto {
  assert(eventType !== 'authorization', 'an authorization is decided');
  return {
    transaction_id: transactionId,
    account_id: accountId,
    event_type: eventType,
    status: 'recorded',
    matched,
    evaluation,
  };
}
