import type { Decision, ModelIdentity } from '../decision.ts';
import { NO_ENTITY_MARKS } from '../entities/entity-mark.ts';
import { decide, type Policy } from '../policy.ts';
import type { Transaction } from '../transaction.ts';

/** Reason of a decision whose account may have had a history in a part of the log that was given up: ages and profiles start too late. */
export const HISTORY_INCOMPLETE = 'history_incomplete';

/** What a decision names as its grounds. */
export interface DecisionContext {
  readonly policy: Policy;
  readonly model: ModelIdentity | null;
  readonly featureSet: string;
  readonly nowMs: number;
}

/** The decision of one scored transaction. Pure; `probability` is null when no model could run. */
export function decideTransaction(
  scored: {
    readonly transaction: Transaction;
    readonly vector: Float32Array;
    readonly late: boolean;
    readonly historyIncomplete: boolean;
  },
  probability: number | null,
  context: DecisionContext,
): Decision {
  const { transaction, vector, late, historyIncomplete } = scored;
  const { policy, model, featureSet, nowMs } = context;
  const assessed = probability !== null && Number.isFinite(probability);
  const { outcome, riskScore, riskLevel, reasons, holdMs } = decide({ ...transaction, probability }, policy);
  return {
    transaction,
    outcome,
    riskScore,
    probability: assessed ? probability : null,
    riskLevel,
    reasons,
    model,
    featureSet,
    policyVersion: policy.version,
    degradedReasons: [...(assessed ? [] : ['model_unavailable']), ...(historyIncomplete ? [HISTORY_INCOMPLETE] : [])],
    vector,
    entities: NO_ENTITY_MARKS,
    logTruncated: false,
    late,
    decidedAtMs: nowMs,
    holdExpiresAtMs: outcome === 'hold' ? nowMs + holdMs : null,
  };
}
