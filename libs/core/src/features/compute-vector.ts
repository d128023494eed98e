import type { AccountEvent } from '../account/account-event.ts';
import type { AccountState } from '../account/account-state.ts';

/**
 * The model's inputs for `event`, in manifest order, as of its own time and before it is added to `state`. Pure.
 * Each value is NaN (missing) or a finite float32 of magnitude below 2^24.
 */
export function computeVector(state: AccountState, event: AccountEvent): Float32Array {
  void state;
  void event;
  return new Float32Array(27);
}
