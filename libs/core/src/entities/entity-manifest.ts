import { type FeatureRow, featuresOf, placesOf } from '../features/feature.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../time.ts';
import { ENTITY_KINDS, type EntityKind } from './entity-kind.ts';

/** What holds of all of them, at a transaction of time t that has not been applied yet. */
export const ENTITY_FEATURE_RULES: readonly string[] = [
  'Windows reach as far as the log L; what its cap pushed out is added by tiles (T) or whole days (K), with an error of at most the oldest tile or day of the window.',
  'Counts have transactions of every currency, declined, reversed and refunded ones too.',
  'A late transaction asks L as of its own time; S, K and labels as they stand, without what lies after t.',
  'Missing is what the transaction has no such entity for, unless its meaning says more; an entity that is new has counts of 0.',
];

const OF_CARD = 'Transactions of the card.';
const AT_TERMINAL = 'Transactions at the terminal.';
const DELAYED =
  "Of the terminal's transactions in (t - 7 d - W, t - 7 d] the share known to be fraud; without a label one counts as genuine. Past the cap by the W whole days that had ended by t - 7 d.";
const ON_DEVICE = 'Accounts last seen on the device in the window.';
const NETWORK = 'Transactions from the network of the address, /24 of IPv4 and /48 of IPv6, by tiles.';
const RUN = 'NaN when the last fraud is more than 28 days ago.';

/** What entities are asked, by kind; together in the order of the catalogue. Missing values: 47-49 are 0 without transactions, 50-51 NaN. */
const DEFINITIONS = {
  card: [
    [39, 'card_cnt_1m', 'count', MINUTE_MS, 'NaN', 'L', OF_CARD],
    [40, 'card_cnt_1h', 'count', HOUR_MS, 'NaN', 'L', OF_CARD],
    [41, 'card_cnt_24h', 'count', DAY_MS, 'NaN', 'L', OF_CARD],
    [42, 'card_cnt_7d', 'count', 7 * DAY_MS, 'NaN', 'L', OF_CARD],
    [43, 'card_age', 's', null, 'NaN', 'P', "Seconds since the card's first transaction ever, at most 90 days. NaN for a new card."],
  ],
  terminal: [
    [44, 'term_cnt_5m', 'count', 5 * MINUTE_MS, '0', 'L', AT_TERMINAL],
    [45, 'term_cnt_24h', 'count', DAY_MS, '0', 'L', AT_TERMINAL],
    [46, 'term_cnt_7d', 'count', 7 * DAY_MS, '0', 'L', AT_TERMINAL],
    [47, 'term_risk_delayed_1d', 'share', DAY_MS, '0', 'L', DELAYED],
    [48, 'term_risk_delayed_7d', 'share', 7 * DAY_MS, '0', 'L', DELAYED],
    [49, 'term_risk_delayed_30d', 'share', 30 * DAY_MS, '0', 'L', DELAYED],
    [50, 'term_risk_delayed_3d', 'share', 3 * DAY_MS, 'NaN', 'L', DELAYED],
    [51, 'term_risk_delayed_14d', 'share', 14 * DAY_MS, 'NaN', 'L', DELAYED],
    [52, 'term_last_labelled_is_fraud', '0/1', 45 * DAY_MS, 'NaN', 'R', "Whether the last labelled transaction is a fraud. This row and the next five read the known labels of the terminal's transactions in the order of their transactions."],
    [53, 'term_secs_since_fraud', 's', 45 * DAY_MS, 'NaN', 'R', 'Seconds since the last known fraud.'],
    [54, 'term_secs_since_run_began', 's', 45 * DAY_MS, 'NaN', 'R', `Seconds since the first fraud of the current run. ${RUN}`],
    [55, 'term_run_length', 'count', 45 * DAY_MS, 'NaN', 'R', `Frauds in the current run. ${RUN}`],
    [56, 'term_genuine_since_run_began', 'count', 45 * DAY_MS, 'NaN', 'R', `Transactions known to be genuine after the first fraud of the current run. ${RUN}`],
    [57, 'term_secs_since_genuine', 's', 45 * DAY_MS, 'NaN', 'R', 'Seconds since the last transaction known to be genuine.'],
    [58, 'term_early_fraud_cnt_7d', 'count', 7 * DAY_MS, '0', 'L', "Frauds known by now among the terminal's transactions."],
    [59, 'term_smoothed_risk_45d', 'share', 45 * DAY_MS, 'p0', 'L', '(f + 20 p0) / (n + 20): f known frauds among n labelled transactions of the terminal, p0 = 0.005.'],
    [60, 'amount_over_term_mean_7d', 'ratio', 7 * DAY_MS, 'NaN', 'L', "The amount over the mean of what is left of the terminal's amounts in the same currency, without those fully taken back; past the cap the mean of what the log has. NaN without any, or when all are 0."],
    [61, 'term_cards_per_cnt_1h', 'ratio', HOUR_MS, 'NaN', 'S', 'Cards (accounts, for transactions without a card) last seen in the window, over its transactions. NaN without any.'],
  ],
  device: [
    [62, 'device_distinct_accounts_24h', 'count', DAY_MS, 'NaN', 'S', ON_DEVICE],
    [63, 'device_distinct_accounts_30d', 'count', 30 * DAY_MS, 'NaN', 'S', ON_DEVICE],
    [65, 'device_fraud_cnt_30d', 'count', 30 * DAY_MS, '0', 'K', 'Known frauds of the device, on the day of t and the 29 before it.'],
  ],
  ip: [
    [66, 'ip_cnt_5m', 'count', 5 * MINUTE_MS, 'NaN', 'T', NETWORK],
    [67, 'ip_cnt_1h', 'count', HOUR_MS, 'NaN', 'T', NETWORK],
    [68, 'ip_distinct_accounts_1h', 'count', HOUR_MS, 'NaN', 'S', 'Accounts last seen in the network in the window.'],
  ],
  beneficiary: [
    [70, 'beneficiary_distinct_payers_24h', 'count', DAY_MS, 'NaN', 'S', 'Accounts that last paid the beneficiary in the window.'],
    [71, 'beneficiary_in_then_out_24h', 'share', DAY_MS, 'NaN', 'L', "min(out, in) / in of what the beneficiary was paid and of what its own account paid to accounts (`counterparty_account_id`), to itself too, and none by card or in cash: money passed on, as a mule does. In the transaction's currency, without what was taken back; where a cap pushed rows out, both since then. NaN when `in` is 0."],
    [72, 'beneficiary_fraud_cnt_45d', 'count', 45 * DAY_MS, '0', 'K', 'Known frauds among what the beneficiary was paid, on the day of t and the 44 before it.'],
  ],
} as const satisfies Readonly<Record<EntityKind, readonly FeatureRow[]>>; // prettier-ignore

/** The name of a feature that is read from the entities of a transaction. */
export type EntityFeatureName = (typeof DEFINITIONS)[EntityKind][number][1];

/** The inputs of a model that are read from the entities of a transaction. */
export const ENTITY_FEATURES = ENTITY_KINDS.flatMap((kind) => featuresOf(kind, DEFINITIONS[kind]));

/** Place of each of them among them. */
export const ENTITY_FEATURE_INDEX = placesOf<EntityFeatureName>(ENTITY_FEATURES);
