import { ACCOUNT_FEATURES, type AccountFeatureName } from './account-features.ts';
import type { Feature } from './feature.ts';

export type { Feature } from './feature.ts';

/** Those that the champion reads. */
const READ = [
  'log_amount',
  'hour_sin',
  'hour_cos',
  'is_night',
  'is_weekend',
  'acct_cnt_1m',
  'acct_cnt_5m',
  'acct_cnt_1h',
  'acct_cnt_24h',
  'acct_cnt_7d',
  'acct_cnt_30d',
  'acct_sum_1h',
  'acct_sum_24h',
  'acct_sum_7d',
  'acct_sum_30d',
  'acct_mean_incl_7d',
  'acct_mean_incl_30d',
  'amount_over_trim_mean_60d',
  'amount_over_median_60d',
  'amount_over_max_30d',
  'amount_z_30d',
  'secs_since_last_acct',
  'acct_age',
  'acct_velocity_1h_30d',
  'acct_cnt_same_amount_24h',
  'acct_cnt_small_1h',
  'acct_counterparty_cnt_60d',
] as const satisfies readonly AccountFeatureName[];

/** The name of a feature. It means one definition for ever: another definition gets another name. */
export type FeatureName = (typeof READ)[number];

/** The inputs of a model in the order of the vector. */
export const FEATURES: readonly (Feature & { readonly name: FeatureName })[] = READ.map((name) => {
  const feature = ACCOUNT_FEATURES.find((one) => one.name === name) as Feature;
  const { catalogue, unit, windowMs, missing } = feature;
  // A manifest that says more, of the same features, would be another one: the champion was trained on this text.
  const state = feature.state === 'L/T' ? 'L' : feature.state;
  return { catalogue, name, unit, windowMs, missing, state };
});

/** Place of each feature in the vector. */
export const FEATURE_INDEX = Object.fromEntries(FEATURES.map(({ name }, index) => [name, index])) as Readonly<
  Record<FeatureName, number>
>;

/** Canonical JSON of the manifest: its SHA-256 is a model's `featureSet`. */
export const featureManifestText: string = JSON.stringify(FEATURES);
