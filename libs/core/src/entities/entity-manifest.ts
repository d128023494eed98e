import { type FeatureRow, featuresOf, placesOf } from '../features/feature.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../time.ts';

/**
 * What entities are asked, in the order of the catalogue. Exact meaning of each row, at a transaction of time t that has not been applied yet:
 *
 * All windows are (t - W, t], of event times to the millisecond, as far as the log L reaches; what its cap pushed out is added by tiles (T) or whole
 * days (K), with an error of at most the window's oldest tile or day. Transactions of the same millisecond that were applied before are in. Counts
 * hold transactions of every currency, declined, reversed and refunded ones too. A late transaction asks L as of its own time; S, K and labels as they
 * stand, without what lies after t. `NaN` and 0 of the column `missing` stand for "the transaction has no such entity" unless said otherwise;
 * an entity that is new has counts of 0.
 *
 * 39-42  Transactions of the card in W. 43 seconds since the card's first one ever, capped at 90 days; NaN for a new card.
 * 44-46  Transactions at the terminal in W.
 * 47-51  Of the terminal's transactions in (t - 7 d - W, t - 7 d], the share known to be fraud; without a label one counts as genuine. Pushed out
 *        ones by the W whole days that had ended by t - 7 d. Without transactions 0 for 1, 7 and 30 days, NaN for 3 and 14.
 * 52-57  Known labels of the terminal's transactions in (t - 45 d, t], read in the order of their transactions (see `LabelRuns`): 1 if the last is a
 *        fraud; seconds since the last fraud; seconds since the current run's first fraud; frauds in the run; known genuine ones after its first
 *        fraud; seconds since the last known genuine one. NaN where there is none; 54-56 NaN when the last fraud is more than 28 days ago.
 * 58     Known frauds among the terminal's transactions in (t - 7 d, t].
 * 59     (f + 20 p0) / (n + 20): frauds f among the n labelled transactions of the terminal in (t - 45 d, t], p0 = 0.005.
 * 60     The amount over the mean of what is left of the amounts in the transaction's currency in (t - 7 d, t], without those fully taken back; past
 *        the cap the mean of the log's rows. NaN without any, or when all are 0.
 * 61     Cards last seen at the terminal in (t - 1 h, t] (accounts, for transactions without a card) over its transactions in it. NaN without any.
 * 62-63  Accounts last seen on the device in W. 65 its known frauds on the day of t and the 29 before it.
 * 66-67  Transactions from the network in W, by tiles. 68 accounts last seen in it in W.
 * 70     Accounts that last paid the beneficiary in W.
 * 71     min(out, in) / in of what the beneficiary was paid and of what its own account paid in (t - 24 h, t], in the transaction's currency, without
 *        what was taken back; where a cap pushed rows out, both since then. `out` counts payments to accounts (`counterparty_account_id`), to itself
 *        too, and none by card or in cash: it is money passed on, as a mule does, and so what the payer's record learns hangs on nothing but the
 *        payment itself. NaN when `in` is 0.
 * 72     Known frauds among what the beneficiary was paid, on the day of t and the 44 before it.
 */
const DEFINITIONS = [
  [39, 'card_cnt_1m', 'count', MINUTE_MS, 'NaN', 'L'],
  [40, 'card_cnt_1h', 'count', HOUR_MS, 'NaN', 'L'],
  [41, 'card_cnt_24h', 'count', DAY_MS, 'NaN', 'L'],
  [42, 'card_cnt_7d', 'count', 7 * DAY_MS, 'NaN', 'L'],
  [43, 'card_age', 's', null, 'NaN', 'P'],
  [44, 'term_cnt_5m', 'count', 5 * MINUTE_MS, '0', 'L'],
  [45, 'term_cnt_24h', 'count', DAY_MS, '0', 'L'],
  [46, 'term_cnt_7d', 'count', 7 * DAY_MS, '0', 'L'],
  [47, 'term_risk_delayed_1d', 'share', DAY_MS, '0', 'L'],
  [48, 'term_risk_delayed_7d', 'share', 7 * DAY_MS, '0', 'L'],
  [49, 'term_risk_delayed_30d', 'share', 30 * DAY_MS, '0', 'L'],
  [50, 'term_risk_delayed_3d', 'share', 3 * DAY_MS, 'NaN', 'L'],
  [51, 'term_risk_delayed_14d', 'share', 14 * DAY_MS, 'NaN', 'L'],
  [52, 'term_last_labelled_is_fraud', '0/1', 45 * DAY_MS, 'NaN', 'R'],
  [53, 'term_secs_since_fraud', 's', 45 * DAY_MS, 'NaN', 'R'],
  [54, 'term_secs_since_run_began', 's', 45 * DAY_MS, 'NaN', 'R'],
  [55, 'term_run_length', 'count', 45 * DAY_MS, 'NaN', 'R'],
  [56, 'term_genuine_since_run_began', 'count', 45 * DAY_MS, 'NaN', 'R'],
  [57, 'term_secs_since_genuine', 's', 45 * DAY_MS, 'NaN', 'R'],
  [58, 'term_early_fraud_cnt_7d', 'count', 7 * DAY_MS, '0', 'L'],
  [59, 'term_smoothed_risk_45d', 'share', 45 * DAY_MS, 'p0', 'L'],
  [60, 'amount_over_term_mean_7d', 'ratio', 7 * DAY_MS, 'NaN', 'L'],
  [61, 'term_cards_per_cnt_1h', 'ratio', HOUR_MS, 'NaN', 'S'],
  [62, 'device_distinct_accounts_24h', 'count', DAY_MS, 'NaN', 'S'],
  [63, 'device_distinct_accounts_30d', 'count', 30 * DAY_MS, 'NaN', 'S'],
  [65, 'device_fraud_cnt_30d', 'count', 30 * DAY_MS, '0', 'K'],
  [66, 'ip_cnt_5m', 'count', 5 * MINUTE_MS, 'NaN', 'T'],
  [67, 'ip_cnt_1h', 'count', HOUR_MS, 'NaN', 'T'],
  [68, 'ip_distinct_accounts_1h', 'count', HOUR_MS, 'NaN', 'S'],
  [70, 'beneficiary_distinct_payers_24h', 'count', DAY_MS, 'NaN', 'S'],
  [71, 'beneficiary_in_then_out_24h', 'share', DAY_MS, 'NaN', 'L'],
  [72, 'beneficiary_fraud_cnt_45d', 'count', 45 * DAY_MS, '0', 'K'],
] as const satisfies readonly FeatureRow[];

/** The name of a feature that is read from the entities of a transaction. */
export type EntityFeatureName = (typeof DEFINITIONS)[number][1];

/** The inputs of a model that are read from the entities of a transaction. */
export const ENTITY_FEATURES = featuresOf(DEFINITIONS);

/** Place of each of them among them. */
export const ENTITY_FEATURE_INDEX = placesOf<EntityFeatureName>(ENTITY_FEATURES);
