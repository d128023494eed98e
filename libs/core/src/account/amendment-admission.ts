import type { AccountState } from './account-state.ts';

/** What is said of an amendment that is not known yet. */
export type AmendmentAdmission = 'accepted' | 'too_late' | 'from_the_future';

/** What admission compares an amendment's time with. */
export interface AmendmentLimits {
  readonly nowMs: number;
  readonly maxFutureSkewMs: number;
  /** The partition's `floor0`, or null: nothing new at or below it is accepted after a rebuild from a trimmed log. */
  readonly partitionFloorMs: number | null;
}

/**
 * Whether a new amendment may change the account. Its identity is looked up before. It is not tested against the watermark: a label comes weeks after
 * its transaction. What is at or below the floor could be one that the account has forgotten.
 */
export function admitAmendment(
  state: AccountState,
  { timeMs }: { readonly timeMs: number },
  { nowMs, maxFutureSkewMs, partitionFloorMs }: AmendmentLimits,
): AmendmentAdmission {
  if (timeMs <= state.amendmentFloorMs) return 'too_late';
  if (partitionFloorMs !== null && timeMs <= partitionFloorMs) return 'too_late';
  return timeMs > nowMs + maxFutureSkewMs ? 'from_the_future' : 'accepted';
}
