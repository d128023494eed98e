import { ENTITY_FEATURES, type EntityFeatureName } from '../entities/entity-manifest.ts';
import { ACCOUNT_FEATURES, type AccountFeatureName } from './account-features.ts';
import { type Feature, placesOf } from './feature.ts';

export type { Feature } from './feature.ts';

/** The name of a feature. It means one definition for ever: another definition gets another name. */
export type FeatureName = AccountFeatureName | EntityFeatureName;

/** The inputs of a model in the order of the vector: first what the account says, then what the other entities say. */
export const FEATURES: readonly Feature[] = [...ACCOUNT_FEATURES, ...ENTITY_FEATURES];

/** Place of each feature in the vector. */
export const FEATURE_INDEX = placesOf<FeatureName>(FEATURES);

/** Canonical JSON of the manifest, without whose it is and what it means: its SHA-256 is a model's `featureSet`. */
export const featureManifestText: string = JSON.stringify(
  FEATURES.map(({ catalogue, name, unit, windowMs, missing, state }) => ({
    catalogue,
    name,
    unit,
    windowMs,
    missing,
    state,
  })),
);
