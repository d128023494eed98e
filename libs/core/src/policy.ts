import type { Outcome, Reason, RiskLevel } from './decision.ts';
import { HOUR_MS } from './time.ts';

/** What a wrong answer costs, in minor units of the transaction's currency. */
export interface Costs {
  /** Added to the amount when a fraud is approved. */
  readonly fraudFeeMinor: number;
  /** Fixed part and share of the amount when a genuine transaction is held. */
  readonly falseHoldMinor: number;
  readonly falseHoldShare: number;
  /** A person looks at every hold. */
  readonly reviewMinor: number;
}

/** How a probability becomes a decision. `version` changes with any other field. */
export interface Policy {
  readonly version: string;
  readonly costs: Costs;
  /** For currencies whose minor unit is worth much more or less. */
  readonly costsByCurrency: Readonly<Record<string, Costs>>;
  readonly holdMs: number;
}

/** The defaults of wire.md. */
export const DEFAULT_POLICY: Policy = {
  version: 'default-1',
  costs: { fraudFeeMinor: 2500, falseHoldMinor: 500, falseHoldShare: 0.02, reviewMinor: 300 },
  costsByCurrency: {},
  holdMs: 72 * HOUR_MS,
};

/** What the policy judges. */
export interface Assessment {
  /** Calibrated, 0 to 1; null or not finite when no model assessed the transaction. */
  readonly probability: number | null;
  readonly amountMinor: number;
  readonly currency: string;
}

/** The policy's part of a decision. */
export interface Ruling {
  readonly outcome: Outcome;
  readonly riskScore: number | null;
  readonly riskLevel: RiskLevel;
  /** At least one for a hold. */
  readonly reasons: readonly Reason[];
  /** How long a hold lasts; 0 of an approval. */
  readonly holdMs: number;
}

/**
 * Holds when that is expected to cost less than approving: p (amount + fee) > (1 - p) (fixed + share of the amount) + review.
 * Approves only if the probability is a number from 0 to 1: a model that failed never lets anything through.
 */
export function decide({ probability, amountMinor, currency }: Assessment, policy: Policy): Ruling {
  if (probability === null || !(probability >= 0 && probability <= 1)) {
    return { outcome: 'hold', riskScore: null, riskLevel: 'not_assessed', reasons: [NO_MODEL], holdMs: policy.holdMs };
  }
  const costs = policy.costsByCurrency[currency] ?? policy.costs;
  const costOfApproval = probability * (amountMinor + costs.fraudFeeMinor);
  const costOfFalseHold = costs.falseHoldMinor + costs.falseHoldShare * amountMinor;
  const costOfHold = (1 - probability) * costOfFalseHold + costs.reviewMinor;
  const riskScore = riskScoreOf(probability);
  const riskLevel = riskLevelOf(riskScore);
  if (costOfApproval <= costOfHold) return { outcome: 'approve', riskScore, riskLevel, reasons: [], holdMs: 0 };
  return { outcome: 'hold', riskScore, riskLevel, reasons: [SCORE_TOO_HIGH], holdMs: policy.holdMs };
}

const SCORE_TOO_HIGH: Reason = {
  code: 'MODEL_SCORE',
  text: 'The estimated risk is too high for the amount',
  source: 'model',
};

/** In place of the model's reasons, when no explanation adds up to the score that it gave. */
export const UNEXPLAINED: Reason = {
  code: 'UNEXPLAINED',
  text: 'The estimated risk is too high for the amount, and its reasons could not be found',
  source: 'model',
};

const NO_MODEL: Reason = {
  code: 'MODEL_UNAVAILABLE',
  text: 'The risk could not be assessed',
  source: 'policy',
};

/** 100 points for each factor e in the odds, 700 at even odds, clamped to 0..1000. `probability` is a number from 0 to 1. */
export function riskScoreOf(probability: number): number {
  const points = Math.round(100 * (Math.log(probability / (1 - probability)) + 7));
  return Math.min(1000, Math.max(0, points));
}

/** The band of a risk score; null is `not_assessed`. */
export function riskLevelOf(riskScore: number | null): RiskLevel {
  if (riskScore === null) return 'not_assessed';
  if (riskScore < 200) return 'low';
  if (riskScore < 480) return 'normal';
  return riskScore < 700 ? 'elevated' : 'highest';
}
