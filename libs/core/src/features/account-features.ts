import { DAY_MS, HOUR_MS, MINUTE_MS } from '../time.ts';
import { type FeatureRow, featuresOf, placesOf } from './feature.ts';

/** What holds of all of them. */
export const ACCOUNT_FEATURE_RULES: readonly string[] = [
  'Counts have every transaction of the account: reversed and declined ones, known frauds, and those in other currencies.',
  "Amounts are in the account's currency, that of its first transaction, and are what reversals and refunds left of them; one of which nothing is left has none.",
  'Where the cap has pushed transactions out of the log, L knows what is left, and `log_truncated` says so. L/T lacks at most one tile of the oldest part of its window: 1 s, 5 s, 1 min, 15 min, 1 h or 6 h.',
];

const COUNT = 'Transactions of the account.';
const SUM = 'Sum of its amounts.';
const MEAN = 'Mean of its amounts and this one; without this one if it is in another currency.';
const BIG = 'Transactions of more than 2.7 times acct_trim_mean_60d, known frauds included. NaN without that mean.';
const PARTIES = 'Different counterparties, by 32-bit hashes.';

/** What an account is asked, in the order of the catalogue. Windows are (t - W, t] without the event itself, unless the name says `incl`. */
const DEFINITIONS = [
  [1, 'log_amount', 'ln(1+major)', null, 'never', 'none', 'The amount.'],
  [2, 'hour_sin', '1', null, 'never', 'none', 'Time of day as a point on the unit circle, midnight at sin 0 and cos 1; in UTC until accounts have time zones, to the millisecond.'],
  [3, 'hour_cos', '1', null, 'never', 'none', 'See hour_sin.'],
  [4, 'is_night', '0/1', null, 'never', 'none', 'Whether the hour, in UTC, is 0 to 6.'],
  [5, 'is_weekend', '0/1', null, 'never', 'none', 'Whether it is Saturday or Sunday, in UTC.'],
  [6, 'acct_cnt_1m', 'count', MINUTE_MS, '0', 'L/T', COUNT],
  [7, 'acct_cnt_5m', 'count', 5 * MINUTE_MS, '0', 'L/T', COUNT],
  [8, 'acct_cnt_1h', 'count', HOUR_MS, '0', 'L/T', COUNT],
  [9, 'acct_cnt_24h', 'count', DAY_MS, '0', 'L/T', COUNT],
  [10, 'acct_cnt_7d', 'count', 7 * DAY_MS, '0', 'L/T', COUNT],
  [11, 'acct_cnt_30d', 'count', 30 * DAY_MS, '0', 'L/T', COUNT],
  [12, 'acct_sum_1h', 'ln(1+major)', HOUR_MS, '0', 'L/T', SUM],
  [13, 'acct_sum_24h', 'ln(1+major)', DAY_MS, '0', 'L/T', SUM],
  [14, 'acct_sum_7d', 'ln(1+major)', 7 * DAY_MS, '0', 'L/T', SUM],
  [15, 'acct_sum_30d', 'ln(1+major)', 30 * DAY_MS, '0', 'L/T', SUM],
  [16, 'acct_mean_incl_7d', 'major', 7 * DAY_MS, 'NaN', 'L', MEAN],
  [17, 'acct_mean_incl_30d', 'major', 30 * DAY_MS, 'NaN', 'L', MEAN],
  [18, 'acct_trim_mean_60d', 'major', 60 * DAY_MS, 'NaN', 'L', 'Mean of the lowest 90 % of its amounts, of at least three, without known frauds.'],
  [19, 'amount_over_trim_mean_60d', 'ratio', 60 * DAY_MS, 'NaN', 'L', 'The amount over acct_trim_mean_60d.'],
  [20, 'amount_over_median_60d', 'ratio', 60 * DAY_MS, 'NaN', 'L', 'The amount over the median of its amounts, known frauds included.'],
  [21, 'amount_over_max_30d', 'ratio', 30 * DAY_MS, 'NaN', 'L', 'The amount over its largest, known frauds included.'],
  [22, 'amount_z_30d', 'sd', null, 'NaN', 'D', 'Standard deviations from the mean of its amounts, weighted with a half-life of 30 days; reversals and refunds do not change it. NaN before three amounts, and while all were the same.'],
  [23, 'acct_cnt_big_7d', 'count', 7 * DAY_MS, 'NaN', 'L', BIG],
  [24, 'acct_cnt_big_14d', 'count', 14 * DAY_MS, 'NaN', 'L', BIG],
  [25, 'secs_since_last_acct', 's', null, 'NaN', 'P', 'Seconds since its last transaction, at most 90 days; of a late one: since the newest one at or before it that the log has.'],
  [26, 'acct_age', 's', null, 'NaN', 'P', 'Seconds since its first transaction ever, at most 90 days.'],
  [27, 'acct_velocity_1h_30d', 'ratio', 30 * DAY_MS, 'NaN', 'L/T', 'acct_cnt_1h over an average hour of acct_cnt_30d.'],
  [28, 'acct_time_density', '1/rad', null, '1/2pi', 'V', 'How usual the time of day, in UTC, is for it: density of a von Mises distribution, its concentration by Best and Fisher (1981) from the mean resultant length of times weighted with a half-life, corrected below 16 transactions, at most 100. 1/2pi before five.'],
  [29, 'acct_cnt_same_amount_24h', 'count', DAY_MS, '0', 'L', 'Transactions of which exactly this amount is left, in its currency, or both in others.'],
  [30, 'acct_cnt_small_1h', 'count', HOUR_MS, '0', 'L', 'Transactions of which less than 5 major units is left, and something, in its currency.'],
  [31, 'acct_held_cnt_1h', 'count', HOUR_MS, '0', 'L', 'Holds of this service, whatever became of them.'],
  [32, 'acct_distinct_counterparties_1h', 'count', HOUR_MS, '0', 'L', PARTIES],
  [33, 'acct_distinct_counterparties_24h', 'count', DAY_MS, '0', 'L', PARTIES],
  [34, 'acct_counterparty_cnt_60d', 'count', 60 * DAY_MS, '0', 'L', 'Its transactions with this counterparty: counterparty_account_id, else merchant.id, else terminal_id.'],
  [35, 'acct_category_share_30d', 'share', 30 * DAY_MS, 'NaN', 'L', 'Share of this merchant category among its transactions whose category is known. NaN without one of them, or without a category.'],
  [36, 'acct_distinct_countries_24h', 'count', DAY_MS, '0', 'L', "Different countries of merchants; the transaction's own is not in."],
  [37, 'speed_from_last_place', 'km/h', 60 * DAY_MS, 'NaN', 'L', 'Speed from its last known place, on a grid of half a kilometre, at most 2000; the time between counts as a minute at least.'],
  [38, 'acct_fraud_cnt_60d', 'count', 60 * DAY_MS, '0', 'L', 'Transactions that labels, as they stand now, say were frauds.'],
  [64, 'acct_device_age', 's', null, 'NaN', 'P', 'Seconds since it first used the device, while its log was never without it, at most 90 days; 0 for one that is new to it.'],
  [69, 'acct_beneficiary_age', 's', null, 'NaN', 'P', 'Seconds since it first paid the beneficiary, while its log was never without it, at most 90 days; 0 for one that is new to it.'],
] as const satisfies readonly FeatureRow[]; // prettier-ignore

/** The name of a feature of an account. It means one definition for ever: another definition gets another name. */
export type AccountFeatureName = (typeof DEFINITIONS)[number][1];

/** The inputs of a model that are read from the account alone. */
export const ACCOUNT_FEATURES = featuresOf('account', DEFINITIONS);

/** Place of each of them among them. */
export const ACCOUNT_FEATURE_INDEX = placesOf<AccountFeatureName>(ACCOUNT_FEATURES);
