import type { Outcome } from '../decision.ts';
import { assert } from '../faults.ts';

/** What a row of the log keeps of its decision, in 13 bits. */
export interface Verdict {
  readonly outcome: Outcome;
  /** 0 to 1000, or null when no model assessed it. */
  readonly riskScore: number | null;
  /** The amount is not in the account's currency: it is counted and not summed. */
  readonly otherCurrency: boolean;
}

const SCORE_BITS = 0x7ff;
const NOT_ASSESSED = 0x7ff;
const HOLD_BIT = 0x800;
const OTHER_CURRENCY_BIT = 0x1000;

/** Packs a verdict: bits 0 to 10 the score (2047 for none), bit 11 hold, bit 12 other currency; higher bits 0. */
export function packVerdict({ outcome, riskScore, otherCurrency }: Verdict): number {
  assert(
    riskScore === null || (Number.isInteger(riskScore) && riskScore >= 0 && riskScore <= 1000),
    'a risk score is an integer from 0 to 1000',
  );
  return (riskScore ?? NOT_ASSESSED) | (outcome === 'hold' ? HOLD_BIT : 0) | (otherCurrency ? OTHER_CURRENCY_BIT : 0);
}

/** The verdict in the low 13 bits of `packed`. */
export function unpackVerdict(packed: number): Verdict {
  const score = packed & SCORE_BITS;
  return {
    outcome: (packed & HOLD_BIT) === 0 ? 'approve' : 'hold',
    riskScore: score === NOT_ASSESSED ? null : score,
    otherCurrency: isOtherCurrency(packed),
  };
}

/** Whether the row's amount is in another currency than the account's. */
export function isOtherCurrency(packed: number): boolean {
  return (packed & OTHER_CURRENCY_BIT) !== 0;
}
