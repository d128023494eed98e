import type { Decision, ModelIdentity } from '../decision.ts';
import { decide, type Policy } from '../policy.ts';
import type { Transaction } from '../transaction.ts';

/** What a decision names as its grounds. */
export interface DecisionContext {
  readonly policy: Policy;
  readonly model: ModelIdentity | null;
  readonly featureSet: string;
  readonly nowMs: number;
}

/** The decision of one scored transaction. Pure; `probability` is null when no model could run. */
export function decideTransaction(
  scored: { readonly transaction: Transaction; readonly vector: Float32Array; readonly late: boolean },
  probability: number | null,
  context: DecisionContext,
): Decision {
  const { transaction, vector, late } = scored;
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
    degradedReasons: assessed ? [] : ['model_unavailable'],
    vector,
    late,
    decidedAtMs: nowMs,
    holdExpiresAtMs: outcome === 'hold' ? nowMs + holdMs : null,
  };
}
