import { DAY_MS, HOUR_MS, MINUTE_MS } from '../time.ts';
import { type FeatureRow, featuresOf, placesOf } from './feature.ts';

const TILED =
  'Of a truncated account with tiles: up to one tile (1 s, 5 s, 1 min, 15 min, 1 h, 6 h by window) of its oldest part can be missing.';
const LEFT = 'Amounts are what reversals and refunds left of them; rows with nothing left are not in.';
const NO_FRAUDS =
  'Rows known to be frauds are not in the trimmed mean. They stay in all counts, sums, means, the median and the maximum.';
const EVENTS = 'Reversed and declined transactions, and those in other currencies, count.';

/** What an account is asked, in the order of the catalogue. Windows are (t - W, t] without the event itself, unless the name says `incl`. */
const DEFINITIONS = [
  [1, 'log_amount', 'ln(1+major)', null, 'never', 'none'],
  [2, 'hour_sin', '1', null, 'never', 'none', 'UTC until accounts have time zones; to the millisecond.'],
  [3, 'hour_cos', '1', null, 'never', 'none'],
  [4, 'is_night', '0/1', null, 'never', 'none'],
  [5, 'is_weekend', '0/1', null, 'never', 'none'],
  [6, 'acct_cnt_1m', 'count', MINUTE_MS, '0', 'L/T', `${EVENTS} ${TILED}`],
  [7, 'acct_cnt_5m', 'count', 5 * MINUTE_MS, '0', 'L/T'],
  [8, 'acct_cnt_1h', 'count', HOUR_MS, '0', 'L/T'],
  [9, 'acct_cnt_24h', 'count', DAY_MS, '0', 'L/T'],
  [10, 'acct_cnt_7d', 'count', 7 * DAY_MS, '0', 'L/T'],
  [11, 'acct_cnt_30d', 'count', 30 * DAY_MS, '0', 'L/T'],
  [12, 'acct_sum_1h', 'ln(1+major)', HOUR_MS, '0', 'L/T', `In the account's currency alone. ${LEFT} ${TILED}`],
  [13, 'acct_sum_24h', 'ln(1+major)', DAY_MS, '0', 'L/T'],
  [14, 'acct_sum_7d', 'ln(1+major)', 7 * DAY_MS, '0', 'L/T'],
  [15, 'acct_sum_30d', 'ln(1+major)', 30 * DAY_MS, '0', 'L/T'],
  [16, 'acct_mean_incl_7d', 'major', 7 * DAY_MS, 'NaN', 'L', `${LEFT} Of a truncated account: of what the log still has.`],
  [17, 'acct_mean_incl_30d', 'major', 30 * DAY_MS, 'NaN', 'L'],
  [18, 'acct_trim_mean_60d', 'major', 60 * DAY_MS, 'NaN', 'L', `${NO_FRAUDS} ${LEFT}`],
  [19, 'amount_over_trim_mean_60d', 'ratio', 60 * DAY_MS, 'NaN', 'L'],
  [20, 'amount_over_median_60d', 'ratio', 60 * DAY_MS, 'NaN', 'L', LEFT],
  [21, 'amount_over_max_30d', 'ratio', 30 * DAY_MS, 'NaN', 'L', LEFT],
  [22, 'amount_z_30d', 'sd', null, 'NaN', 'D', 'The one feature that reads D, so that one half-life of 30 d is kept of the three. Reversals do not change D.'],
  [23, 'acct_cnt_big_7d', 'count', 7 * DAY_MS, 'NaN', 'L', `Above 2.7 x acct_trim_mean_60d; known frauds count. ${LEFT}`],
  [24, 'acct_cnt_big_14d', 'count', 14 * DAY_MS, 'NaN', 'L'],
  [25, 'secs_since_last_acct', 's', null, 'NaN', 'P', 'Of a late event: since the newest row at or before it that the log has.'],
  [26, 'acct_age', 's', null, 'NaN', 'P'],
  [27, 'acct_velocity_1h_30d', 'ratio', 30 * DAY_MS, 'NaN', 'L/T'],
  [28, 'acct_time_density', '1/rad', null, '1/2pi', 'V', 'At the time of day in UTC. Kappa by Best and Fisher (1981) from the mean resultant length, corrected below 16 events, at most 100.'],
  [29, 'acct_cnt_same_amount_24h', 'count', DAY_MS, '0', 'L', LEFT],
  [30, 'acct_cnt_small_1h', 'count', HOUR_MS, '0', 'L', LEFT],
  [31, 'acct_held_cnt_1h', 'count', HOUR_MS, '0', 'L', 'Holds of this service, whatever became of them.'],
  [32, 'acct_distinct_counterparties_1h', 'count', HOUR_MS, '0', 'L', 'From the log, so that a late event is asked as of its own time; 32-bit hashes.'],
  [33, 'acct_distinct_counterparties_24h', 'count', DAY_MS, '0', 'L'],
  [34, 'acct_counterparty_cnt_60d', 'count', 60 * DAY_MS, '0', 'L'],
  [35, 'acct_category_share_30d', 'share', 30 * DAY_MS, 'NaN', 'L', 'Of the rows whose category is known; NaN without one of them or without a category.'],
  [36, 'acct_distinct_countries_24h', 'count', DAY_MS, '0', 'L', 'The country of the event itself is not in.'],
  [37, 'speed_from_last_place', 'km/h', 60 * DAY_MS, 'NaN', 'L', 'On a grid of half a kilometre; the time between is taken as a minute at least; at most 2000.'],
  [38, 'acct_fraud_cnt_60d', 'count', 60 * DAY_MS, '0', 'L', 'Labels as they stand, for a late event too.'],
  [64, 'acct_device_age', 's', null, 'NaN', 'P', 'Since this account first used the device, while its log was never without it; 0 = now, as in row 69: a new device must not look like none.'],
  [69, 'acct_beneficiary_age', 's', null, 'NaN', 'P', 'Since this account first paid it, while its log was never without it; 0 = now.'],
] as const satisfies readonly FeatureRow[]; // prettier-ignore

/** The name of a feature of an account. It means one definition for ever: another definition gets another name. */
export type AccountFeatureName = (typeof DEFINITIONS)[number][1];

/** The inputs of a model that are read from the account alone. */
export const ACCOUNT_FEATURES = featuresOf(DEFINITIONS);

/** Place of each of them among them. */
export const ACCOUNT_FEATURE_INDEX = placesOf<AccountFeatureName>(ACCOUNT_FEATURES);
