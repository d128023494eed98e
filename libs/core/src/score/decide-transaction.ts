import type { Decision, ModelIdentity } from '../decision.ts';
import type { EntityMarks } from '../entities/entity-mark.ts';
import { decide, type Policy } from '../policy.ts';
import type { Transaction } from '../transaction.ts';

/** Reason of a decision whose account may have had a history in a part of the log that was given up: ages and profiles start too late. */
export const HISTORY_INCOMPLETE = 'history_incomplete';

/** Reason of a decision without the features of an entity whose record cannot be read. */
export const ENTITY_UNREADABLE = 'entity_unreadable';

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
    readonly entities: EntityMarks;
    readonly late: boolean;
    readonly logTruncated: boolean;
    /** Degraded reasons of the state that the vector was made from. */
    readonly flaws: readonly string[];
  },
  probability: number | null,
  context: DecisionContext,
): Decision {
  const { transaction, vector, entities, late, logTruncated, flaws } = scored;
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
    degradedReasons: [...(assessed ? [] : ['model_unavailable']), ...flaws],
    vector,
    entities,
    logTruncated,
    late,
    decidedAtMs: nowMs,
    holdExpiresAtMs: outcome === 'hold' ? nowMs + holdMs : null,
  };
}
