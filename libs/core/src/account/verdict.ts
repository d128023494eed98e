import type { Outcome } from '../decision.ts';
import { assert } from '../faults.ts';
import type { LabelValue } from './amendment.ts';

/** What a row of the log keeps of its decision, in 13 bits. */
export interface Verdict {
  readonly outcome: Outcome;
  /** 0 to 1000, or null when no model assessed it. */
  readonly riskScore: number | null;
  /** The amount is not in the account's currency: it is counted and not summed. */
  readonly otherCurrency: boolean;
}

const SCORE_WIDTH = 11;
const SCORE_BITS = 0x7ff;
const NOT_ASSESSED = 0x7ff;
const HOLD_BIT = 0x800;
const OTHER_CURRENCY_BIT = 0x1000;
const FRAUD_BIT = 0x2000;
const GENUINE_BIT = 0x4000;
const REVERSED_BIT = 0x8000;

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
    outcome: isHold(packed) ? 'hold' : 'approve',
    riskScore: score === NOT_ASSESSED ? null : score,
    otherCurrency: isOtherCurrency(packed),
  };
}

/** The score in `packed`, plus one; 0 of none, so that small scores are small numbers. */
export function scoreCode(packed: number): number {
  return (packed + 1) & SCORE_BITS;
}

/** All that `packed` says beside its score, in 5 bits. */
export function restOf(packed: number): number {
  return packed >>> SCORE_WIDTH;
}

/** What was packed, from its `scoreCode` and its rest. */
export function verdictOf(code: number, rest: number): number {
  return ((code - 1) & SCORE_BITS) | (rest << SCORE_WIDTH);
}

/** The same row under another label: bit 13 fraud, bit 14 genuine, neither for unknown. */
export function withLabel(packed: number, label: LabelValue | null): number {
  const bare = packed & ~(FRAUD_BIT | GENUINE_BIT);
  return label === null ? bare : bare | (label === 'fraud' ? FRAUD_BIT : GENUINE_BIT);
}

/** What the row's transaction is known to have been, or null. */
export function labelOf(packed: number): LabelValue | null {
  if ((packed & GENUINE_BIT) !== 0) return 'genuine';
  return isKnownFraud(packed) ? 'fraud' : null;
}

/** The same row with nothing left of its amount: bit 15. */
export function withoutAmount(packed: number): number {
  return packed | REVERSED_BIT;
}

/** Whether the transaction was held. */
export function isHold(packed: number): boolean {
  return (packed & HOLD_BIT) !== 0;
}

/** Whether the row's amount is in another currency than the account's. */
export function isOtherCurrency(packed: number): boolean {
  return (packed & OTHER_CURRENCY_BIT) !== 0;
}

/** Whether the row's transaction is known to have been a fraud. */
export function isKnownFraud(packed: number): boolean {
  return (packed & FRAUD_BIT) !== 0;
}

/** Whether all of the row's amount was taken back: the row counts as an event, and has no amount. */
export function isReversed(packed: number): boolean {
  return (packed & REVERSED_BIT) !== 0;
}

/** Whether the row has an amount in the account's currency: only such amounts are summed and compared. */
export function hasOwnAmount(packed: number): boolean {
  return (packed & (OTHER_CURRENCY_BIT | REVERSED_BIT)) === 0;
}
