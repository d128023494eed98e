import { FEATURES, FEATURE_INDEX, type FeatureName } from '../features/manifest.ts';

/** What a group of inputs says about a transaction. Codes are part of the contract: none is given another meaning. */
export interface ReasonFamily {
  readonly code: string;
  /** For the analyst, who sees the account: what the inputs say, with their values where they are known. */
  readonly analystText: (input: InputReader) => string;
  /** For the customer: true, and of no help to who wants to get past it the next time. */
  readonly customerText: string;
  readonly features: readonly FeatureName[];
}

/** Value of an input, NaN when it is missing. */
export type InputReader = (name: FeatureName) => number;

/** Every input of the manifest belongs to exactly one family. */
export const REASON_FAMILIES: readonly ReasonFamily[] = [
  {
    code: 'AMOUNT_UNUSUAL',
    analystText: (input) => {
      const times = input('amount_over_trim_mean_60d');
      return Number.isFinite(times)
        ? `Amount is ${times.toFixed(1)} times this account's usual`
        : 'Amount is unusual for an account without a usual amount';
    },
    customerText: 'This payment differs from the ones you usually make',
    features: [
      'log_amount',
      'acct_mean_incl_7d',
      'acct_mean_incl_30d',
      'acct_trim_mean_60d',
      'amount_over_trim_mean_60d',
      'amount_over_median_60d',
      'amount_over_max_30d',
      'amount_z_30d',
      'acct_cnt_big_7d',
      'acct_cnt_big_14d',
      'amount_over_term_mean_7d',
    ],
  },
  {
    code: 'VELOCITY',
    analystText: (input) =>
      `${input('acct_cnt_1h')} earlier transactions of the account within an hour, ${input('acct_cnt_24h')} within 24`,
    customerText: 'There were several payments within a short time',
    features: [
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
      'secs_since_last_acct',
      'acct_velocity_1h_30d',
      'acct_cnt_same_amount_24h',
      'acct_cnt_small_1h',
      'card_cnt_1m',
      'card_cnt_1h',
      'card_cnt_24h',
      'card_cnt_7d',
    ],
  },
  {
    code: 'COUNTERPARTY',
    analystText: (input) => {
      const before = input('acct_counterparty_cnt_60d');
      const payers = input('beneficiary_distinct_payers_24h');
      const known = before === 0 ? 'The account has not paid this party in 60 days' : `Paid ${before} times in 60 days`;
      return payers > 1 ? `${known}; ${payers} accounts paid it within 24 hours` : known;
    },
    customerText: 'We are checking who this payment goes to',
    features: [
      'acct_distinct_counterparties_1h',
      'acct_distinct_counterparties_24h',
      'acct_counterparty_cnt_60d',
      'acct_category_share_30d',
      'acct_beneficiary_age',
      'beneficiary_distinct_payers_24h',
      'beneficiary_in_then_out_24h',
      'beneficiary_fraud_cnt_45d',
    ],
  },
  {
    code: 'TERMINAL_RISK',
    analystText: (input) =>
      `${input('term_early_fraud_cnt_7d')} frauds reported of this terminal's or merchant's last 7 days`,
    customerText: 'We are checking the place of this payment',
    features: [
      'term_cnt_5m',
      'term_cnt_24h',
      'term_cnt_7d',
      'term_risk_delayed_1d',
      'term_risk_delayed_7d',
      'term_risk_delayed_30d',
      'term_risk_delayed_3d',
      'term_risk_delayed_14d',
      'term_last_labelled_is_fraud',
      'term_secs_since_fraud',
      'term_secs_since_run_began',
      'term_run_length',
      'term_genuine_since_run_began',
      'term_secs_since_genuine',
      'term_early_fraud_cnt_7d',
      'term_smoothed_risk_45d',
      'term_cards_per_cnt_1h',
    ],
  },
  {
    code: 'DEVICE_OR_NETWORK',
    analystText: (input) => {
      if (input('acct_device_age') === 0) return 'The account has not used this device before';
      const accounts = input('device_distinct_accounts_24h');
      return accounts > 1
        ? `${accounts} accounts on this device within 24 hours`
        : 'Device or network are unusual for the account';
    },
    customerText: 'We are checking the device of this payment',
    features: [
      'acct_device_age',
      'device_distinct_accounts_24h',
      'device_distinct_accounts_30d',
      'device_fraud_cnt_30d',
      'ip_cnt_5m',
      'ip_cnt_1h',
      'ip_distinct_accounts_1h',
    ],
  },
  {
    code: 'TIME_OR_PLACE',
    analystText: (input) => {
      const speed = input('speed_from_last_place');
      return speed >= 300
        ? `${Math.round(speed)} km/h from the place of the last transaction`
        : 'Time of day or place are unusual for the account';
    },
    customerText: 'This payment differs from the ones you usually make',
    features: [
      'hour_sin',
      'hour_cos',
      'is_night',
      'is_weekend',
      'acct_time_density',
      'acct_distinct_countries_24h',
      'speed_from_last_place',
    ],
  },
  {
    code: 'ACCOUNT_HISTORY',
    analystText: (input) => {
      const frauds = input('acct_fraud_cnt_60d');
      if (frauds > 0) return `${frauds} frauds known of the account in 60 days`;
      const held = input('acct_held_cnt_1h');
      return held > 0 ? `${held} transactions of the account held within an hour` : 'Age or past of the account';
    },
    customerText: 'We are checking recent activity on your account',
    features: ['acct_age', 'acct_held_cnt_1h', 'acct_fraud_cnt_60d', 'card_age'],
  },
];

/** For each place of the vector the place of its family. */
export const FAMILY_OF_INPUT: Int32Array = Int32Array.from(FEATURES, ({ name }) =>
  REASON_FAMILIES.findIndex(({ features }) => features.includes(name as FeatureName)),
);

/** Reads the inputs of one vector by name. */
export function inputsOf(vector: Float32Array): InputReader {
  return (name) => vector[FEATURE_INDEX[name]] as number;
}
