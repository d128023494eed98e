import type { AccountState } from './account-state.ts';

/** What the time contract says of a transaction that is not known yet. `accepted` and `late` are scored. */
export type Admission = 'accepted' | 'late' | 'too_late' | 'from_the_future';

/** What admission compares an event time with. */
export interface AdmissionLimits {
  readonly nowMs: number;
  readonly allowedLatenessMs: number;
  readonly maxFutureSkewMs: number;
  /** The partition's `floor0`, or null: nothing new at or below it is accepted after a rebuild from a trimmed log. */
  readonly partitionFloorMs: number | null;
}

/**
 * Whether a new transaction may enter the account's history (features.md §1, rules 3 and 4). The identity is looked up before: a known
 * transaction is a duplicate however old. An event not older than `watermark - allowedLateness` is scored; `late` says that it is older than
 * the watermark. Lateness is judged before the wall clock, so that as few answers as possible depend on the latter.
 */
export function admit(
  state: AccountState,
  event: { readonly eventTimeMs: number },
  limits: AdmissionLimits,
): Admission {
  const { eventTimeMs } = event;
  if (eventTimeMs <= state.floorMs) return 'too_late';
  if (limits.partitionFloorMs !== null && eventTimeMs <= limits.partitionFloorMs) return 'too_late';
  if (eventTimeMs < state.watermarkMs - limits.allowedLatenessMs) return 'too_late';
  if (eventTimeMs > limits.nowMs + limits.maxFutureSkewMs) return 'from_the_future';
  return eventTimeMs < state.watermarkMs ? 'late' : 'accepted';
}

/**
 * The same for history that is only observed: it comes late by its nature, so that the watermark does not refuse it. What is at or below the floor could
 * be a transaction that the account has forgotten, and is refused as any other.
 */
export function admitObserved(
  state: AccountState,
  event: { readonly eventTimeMs: number },
  limits: AdmissionLimits,
): Admission {
  return admit(state, event, { ...limits, allowedLatenessMs: Infinity });
}
