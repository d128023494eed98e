import type { Decision, ModelIdentity, Reason } from '../decision.ts';
import type { EntityMarks } from '../entities/entity-mark.ts';
import type { Explanation } from '../explain/explanation.ts';
import { reasonsOf } from '../explain/reasons.ts';
import { decide, type Policy, UNEXPLAINED } from '../policy.ts';
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

/** What a model said of a transaction. */
export interface ModelAnswer {
  /** null when no model could run. */
  readonly probability: number | null;
  /** Asked for a hold only; null when there is none. */
  readonly explanation: Explanation | null;
}

/** The decision of one scored transaction. Pure. */
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
  { probability, explanation }: ModelAnswer,
  context: DecisionContext,
): Decision {
  const { transaction, vector, entities, late, logTruncated, flaws } = scored;
  const { policy, model, featureSet, nowMs } = context;
  const assessed = probability !== null && Number.isFinite(probability);
  const { outcome, riskScore, riskLevel, reasons, holdMs } = decide({ ...transaction, probability }, policy);
  const isModelsHold = assessed && outcome === 'hold';
  return {
    transaction,
    outcome,
    riskScore,
    probability: assessed ? probability : null,
    riskLevel,
    reasons: isModelsHold ? reasonsOfHold(explanation, vector, reasons) : reasons,
    explanation: isModelsHold ? explanation : null,
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

/** Held by a model that could not say why. */
export function isUnexplained({ outcome, probability, explanation }: Decision): boolean {
  return outcome === 'hold' && probability !== null && explanation === null;
}

/** What raised the score; where nothing did, the policy's own reasons. */
function reasonsOfHold(
  explanation: Explanation | null,
  vector: Float32Array,
  byPolicy: readonly Reason[],
): readonly Reason[] {
  if (explanation === null) return [UNEXPLAINED];
  const byModel = reasonsOf(explanation, vector);
  return byModel.length === 0 ? byPolicy : byModel;
}
