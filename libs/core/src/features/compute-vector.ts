import type { AccountEvent } from '../account/account-event.ts';
import type { AccountState } from '../account/account-state.ts';
import type { EntityViews } from '../entities/entity-views.ts';
import { writeEntityFeatures } from '../entities/write-entity-features.ts';
import { ACCOUNT_FEATURES } from './account-features.ts';
import { FEATURES } from './manifest.ts';
import { writeAccountFeatures } from './write-account-features.ts';

/** Greatest magnitude of a value: the greatest float32 below 2^24. */
const LIMIT = 2 ** 24 - 1;

/**
 * The model's inputs for `event`, in manifest order, as of its own time and before it is added to `state` and to its other entities. Pure.
 * Each value is NaN (missing) or a finite float32 of magnitude below 2^24. Definitions: features.md §3 and the notes of the manifest.
 */
export function computeVector(state: AccountState, event: AccountEvent, entities: EntityViews): Float32Array {
  const vector = new Float32Array(FEATURES.length);
  writeAccountFeatures(vector, state, event);
  writeEntityFeatures(vector.subarray(ACCOUNT_FEATURES.length), entities, event);
  return canonical(vector);
}

/** The first part of the vector, in the order of `ACCOUNT_FEATURES`: all that the account itself says. */
export function accountVector(state: AccountState, event: AccountEvent): Float32Array {
  const vector = new Float32Array(ACCOUNT_FEATURES.length);
  writeAccountFeatures(vector, state, event);
  return canonical(vector);
}

/** Clamps what is too large, in place, and gives every NaN the same bits: those of a computed NaN depend on the processor and the compiler. */
function canonical(vector: Float32Array): Float32Array {
  for (let i = 0; i < vector.length; i++) {
    const value = vector[i]!;
    if (value > LIMIT) vector[i] = LIMIT;
    else if (value < -LIMIT) vector[i] = -LIMIT;
    else if (Number.isNaN(value)) vector[i] = NaN;
  }
  return vector;
}
