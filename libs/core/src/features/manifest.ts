import { DAY_MS, HOUR_MS, MINUTE_MS } from '../time.ts';

/** One input of a model. */
export interface Feature {
  /** Its row in the catalogue of features.md §3. */
  readonly catalogue: number;
  readonly name: string;
  readonly unit: string;
  /** Length of the window (t - windowMs, t]; null when it has none. */
  readonly windowMs: number | null;
  /** The value when there is nothing to compute it from, `p0` being a risk's prior; `never` when there always is something. */
  readonly missing: 'NaN' | '0' | 'p0' | 'never';
  /** The primitive of the account's or the entity's state that it is read from: see features.md §2. */
  readonly state: 'none' | 'L' | 'T' | 'S' | 'D' | 'K' | 'R' | 'P';
}

type Row = [catalogue: number, name: string, unit: string, windowMs: number | null, missing: Feature['missing'], state: Feature['state']]; // prettier-ignore

const DEFINITIONS = [
  [1, 'log_amount', 'ln(1+major)', null, 'never', 'none'],
  [2, 'hour_sin', '1', null, 'never', 'none'],
  [3, 'hour_cos', '1', null, 'never', 'none'],
  [4, 'is_night', '0/1', null, 'never', 'none'],
  [5, 'is_weekend', '0/1', null, 'never', 'none'],
  [6, 'acct_cnt_1m', 'count', MINUTE_MS, '0', 'L'],
  [7, 'acct_cnt_5m', 'count', 5 * MINUTE_MS, '0', 'L'],
  [8, 'acct_cnt_1h', 'count', HOUR_MS, '0', 'L'],
  [9, 'acct_cnt_24h', 'count', DAY_MS, '0', 'L'],
  [10, 'acct_cnt_7d', 'count', 7 * DAY_MS, '0', 'L'],
  [11, 'acct_cnt_30d', 'count', 30 * DAY_MS, '0', 'L'],
  [12, 'acct_sum_1h', 'ln(1+major)', HOUR_MS, '0', 'L'],
  [13, 'acct_sum_24h', 'ln(1+major)', DAY_MS, '0', 'L'],
  [14, 'acct_sum_7d', 'ln(1+major)', 7 * DAY_MS, '0', 'L'],
  [15, 'acct_sum_30d', 'ln(1+major)', 30 * DAY_MS, '0', 'L'],
  [16, 'acct_mean_incl_7d', 'major', 7 * DAY_MS, 'NaN', 'L'],
  [17, 'acct_mean_incl_30d', 'major', 30 * DAY_MS, 'NaN', 'L'],
  [19, 'amount_over_trim_mean_60d', 'ratio', 60 * DAY_MS, 'NaN', 'L'],
  [20, 'amount_over_median_60d', 'ratio', 60 * DAY_MS, 'NaN', 'L'],
  [21, 'amount_over_max_30d', 'ratio', 30 * DAY_MS, 'NaN', 'L'],
  [22, 'amount_z_30d', 'sd', null, 'NaN', 'D'],
  [25, 'secs_since_last_acct', 's', null, 'NaN', 'P'],
  [26, 'acct_age', 's', null, 'NaN', 'P'],
  [27, 'acct_velocity_1h_30d', 'ratio', 30 * DAY_MS, 'NaN', 'L'],
  [29, 'acct_cnt_same_amount_24h', 'count', DAY_MS, '0', 'L'],
  [30, 'acct_cnt_small_1h', 'count', HOUR_MS, '0', 'L'],
  [34, 'acct_counterparty_cnt_60d', 'count', 60 * DAY_MS, '0', 'L'],
] as const satisfies readonly Row[];

/** The name of a feature. It means one definition for ever: another definition gets another name. */
export type FeatureName = (typeof DEFINITIONS)[number][1];

/** The inputs of a model in the order of the vector. */
export const FEATURES: readonly Feature[] = DEFINITIONS.map(([catalogue, name, unit, windowMs, missing, state]) => ({
  catalogue,
  name,
  unit,
  windowMs,
  missing,
  state,
}));

/** Place of each feature in the vector. */
export const FEATURE_INDEX = Object.fromEntries(FEATURES.map(({ name }, index) => [name, index])) as Readonly<
  Record<FeatureName, number>
>;

/** Canonical JSON of the manifest: its SHA-256 is a model's `featureSet`. */
export const featureManifestText: string = JSON.stringify(FEATURES);
