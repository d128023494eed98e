import type { AccountEvent } from '../account/account-event.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../time.ts';
import { areEmptyTiles, tilesIn, type TileLevel } from '../window/tiles.ts';
import { packCurrency } from './currency-code.ts';
import { firstRowAfter, FRAUD, REVERSED, type EntityLog } from './entity-log.ts';
import { ENTITY_FEATURE_INDEX as at } from './entity-manifest.ts';
import type { EntityKind } from './entity-kind.ts';
import { emptyEntity, type EntityState } from './entity-state.ts';
import type { EntityViews } from './entity-views.ts';
import { countsOf, dayOf } from './label-days.ts';
import { labelRunsOf } from './label-runs.ts';
import { distinctIn } from './last-seen.ts';

/** What a scored transaction asks. */
type Asked = Pick<AccountEvent, 'eventTimeMs' | 'amountMinor' | 'currency' | 'entities'>;

const LONGEST_AGE_MS = 90 * DAY_MS;
const LABEL_DELAY_MS = 7 * DAY_MS;
const LABEL_DAYS = 45;
/** The smoothed risk of a terminal of which nothing is known, and how many labels weigh as much as that. */
const PRIOR_RISK = 0.005;
const PRIOR_WEIGHT = 20;

/**
 * Writes the features of a transaction's entities into `vector`, as of its own time and before it is applied to them. Pure but for that. Definitions:
 * `ENTITY_FEATURES`. Values are as computed: the vector's owner clamps what is too large and makes all NaN the same.
 */
export function writeEntityFeatures(vector: Float32Array, entities: EntityViews, event: Asked): void {
  const known = (kind: EntityKind): EntityState | null =>
    event.entities[kind] === null ? null : (entities[kind] ?? emptyEntity(kind));
  writeCard(vector, known('card'), event.eventTimeMs);
  const terminal = known('terminal') ?? emptyEntity('terminal');
  writeTerminalCounts(vector, terminal, event);
  writeTerminalRisks(vector, terminal, event.eventTimeMs);
  writeTerminalLabels(vector, terminal, event.eventTimeMs);
  writeDevice(vector, known('device'), event.eventTimeMs);
  writeNetwork(vector, known('ip'), event.eventTimeMs);
  writeBeneficiary(vector, known('beneficiary'), event);
}

function writeCard(vector: Float32Array, card: EntityState | null, timeMs: number): void {
  const count = (level: TileLevel, windowMs: number): number => card === null ? NaN : countIn(card, { level, windowMs }, timeMs); // prettier-ignore
  vector[at.card_cnt_1m] = count('minute', MINUTE_MS);
  vector[at.card_cnt_1h] = count('hour', HOUR_MS);
  vector[at.card_cnt_24h] = count('day', DAY_MS);
  vector[at.card_cnt_7d] = count('week', 7 * DAY_MS);
  vector[at.card_age] = card === null ? NaN : secondsSince(card.firstSeenMs, timeMs);
}

function writeTerminalCounts(vector: Float32Array, terminal: EntityState, event: Asked): void {
  const { eventTimeMs } = event;
  const hour = countIn(terminal, { level: 'hour', windowMs: HOUR_MS }, eventTimeMs);
  const mean = meanAmount(terminal.log, event);
  vector[at.term_cnt_5m] = countIn(terminal, { level: 'fiveMinutes', windowMs: 5 * MINUTE_MS }, eventTimeMs);
  vector[at.term_cnt_24h] = countIn(terminal, { level: 'day', windowMs: DAY_MS }, eventTimeMs);
  vector[at.term_cnt_7d] = countIn(terminal, { level: 'week', windowMs: 7 * DAY_MS }, eventTimeMs);
  vector[at.amount_over_term_mean_7d] = mean > 0 ? event.amountMinor / mean : NaN;
  vector[at.term_cards_per_cnt_1h] = hour === 0 ? NaN : distinctIn(terminal.ids, HOUR_MS, eventTimeMs) / hour;
}

function writeTerminalRisks(vector: Float32Array, terminal: EntityState, timeMs: number): void {
  const share = (days: number, missing: number): number => delayedShare(terminal, days, { timeMs, missing });
  vector[at.term_risk_delayed_1d] = share(1, 0);
  vector[at.term_risk_delayed_7d] = share(7, 0);
  vector[at.term_risk_delayed_30d] = share(30, 0);
  vector[at.term_risk_delayed_3d] = share(3, NaN);
  vector[at.term_risk_delayed_14d] = share(14, NaN);
}

function writeTerminalLabels(vector: Float32Array, { log, days }: EntityState, timeMs: number): void {
  const today = dayOf(timeMs);
  const to = firstRowAfter(log, timeMs);
  const rows = { log, from: firstRowAfter(log, timeMs - LABEL_DAYS * DAY_MS), to };
  const { isLastFraud, lastFraudMs, lastGenuineMs, run, genuine, frauds } = labelRunsOf(
    rows,
    { days, afterDay: today - LABEL_DAYS },
    timeMs,
  );
  const early = countsOf(days, { afterDay: today - 7, lastDay: today }).frauds;
  const labelled = genuine + frauds;
  vector[at.term_last_labelled_is_fraud] = isLastFraud === null ? NaN : Number(isLastFraud);
  vector[at.term_secs_since_fraud] = secondsSince(lastFraudMs, timeMs);
  vector[at.term_secs_since_run_began] = run === null ? NaN : secondsSince(run.startMs, timeMs);
  vector[at.term_run_length] = run?.frauds ?? NaN;
  vector[at.term_genuine_since_run_began] = run?.genuineSince ?? NaN;
  vector[at.term_secs_since_genuine] = secondsSince(lastGenuineMs, timeMs);
  vector[at.term_early_fraud_cnt_7d] = early + fraudsIn(log, firstRowAfter(log, timeMs - LABEL_DELAY_MS), to);
  vector[at.term_smoothed_risk_45d] = (frauds + PRIOR_WEIGHT * PRIOR_RISK) / (labelled + PRIOR_WEIGHT);
}

function writeDevice(vector: Float32Array, device: EntityState | null, timeMs: number): void {
  vector[at.device_distinct_accounts_24h] = device === null ? NaN : distinctIn(device.ids, DAY_MS, timeMs);
  vector[at.device_distinct_accounts_30d] = device === null ? NaN : distinctIn(device.ids, 30 * DAY_MS, timeMs);
  vector[at.device_fraud_cnt_30d] = device === null ? 0 : dailyFrauds(device, 30, timeMs);
}

function writeNetwork(vector: Float32Array, network: EntityState | null, timeMs: number): void {
  vector[at.ip_cnt_5m] = network === null ? NaN : tilesIn(network.tiles, 'fiveMinutes', timeMs).count;
  vector[at.ip_cnt_1h] = network === null ? NaN : tilesIn(network.tiles, 'hour', timeMs).count;
  vector[at.ip_distinct_accounts_1h] = network === null ? NaN : distinctIn(network.ids, HOUR_MS, timeMs);
}

function writeBeneficiary(vector: Float32Array, beneficiary: EntityState | null, event: Asked): void {
  const { eventTimeMs } = event;
  vector[at.beneficiary_distinct_payers_24h] =
    beneficiary === null ? NaN : distinctIn(beneficiary.ids, DAY_MS, eventTimeMs);
  vector[at.beneficiary_in_then_out_24h] = beneficiary === null ? NaN : passedOn(beneficiary, event);
  vector[at.beneficiary_fraud_cnt_45d] = beneficiary === null ? 0 : dailyFrauds(beneficiary, LABEL_DAYS, eventTimeMs);
}

/** Transactions in (t - windowMs, t]: those in the log, and by tiles those that it had no room for. */
function countIn(
  { log, tiles }: EntityState,
  { level, windowMs }: { level: TileLevel; windowMs: number },
  timeMs: number,
): number {
  const logged = firstRowAfter(log, timeMs) - firstRowAfter(log, timeMs - windowMs);
  return areEmptyTiles(tiles) ? logged : logged + tilesIn(tiles, level, timeMs).count;
}

function delayedShare(
  { log, days }: EntityState,
  windowDays: number,
  { timeMs, missing }: { timeMs: number; missing: number },
): number {
  const endMs = timeMs - LABEL_DELAY_MS;
  const to = firstRowAfter(log, endMs);
  const from = firstRowAfter(log, endMs - windowDays * DAY_MS);
  const lastDay = dayOf(endMs) - 1;
  const pushedOut = countsOf(days, { afterDay: lastDay - windowDays, lastDay });
  const transactions = to - from + pushedOut.transactions;
  return transactions === 0 ? missing : (fraudsIn(log, from, to) + pushedOut.frauds) / transactions;
}

function fraudsIn({ flags }: EntityLog, from: number, to: number): number {
  let frauds = 0;
  for (let row = from; row < to; row++) if ((flags[row]! & FRAUD) !== 0) frauds++;
  return frauds;
}

function dailyFrauds({ days }: EntityState, windowDays: number, timeMs: number): number {
  return countsOf(days, { afterDay: dayOf(timeMs) - windowDays, lastDay: dayOf(timeMs) }).frauds;
}

/** Mean of the log's amounts of a week in the asking transaction's currency, in minor units; NaN without any. */
function meanAmount(log: EntityLog, { eventTimeMs, currency }: Asked): number {
  const asked = packCurrency(currency);
  let [count, sum] = [0, 0];
  const to = firstRowAfter(log, eventTimeMs);
  for (let row = firstRowAfter(log, eventTimeMs - 7 * DAY_MS); row < to; row++) {
    if (log.currencies[row] !== asked || (log.flags[row]! & REVERSED) !== 0) continue;
    count++;
    sum += log.amountsMinor[row]!;
  }
  return count === 0 ? NaN : sum / count;
}

/** The share of what came in within 24 hours that went out again. */
function passedOn({ log, sent }: EntityState, { eventTimeMs, currency }: Asked): number {
  const afterMs = Math.max(eventTimeMs - DAY_MS, log.truncatedMs, sent.truncatedMs);
  const asked = packCurrency(currency);
  const received = sumIn(log, { afterMs, untilMs: eventTimeMs, asked });
  const paid = sumIn(sent, { afterMs, untilMs: eventTimeMs, asked });
  return received > 0 ? Math.min(paid, received) / received : NaN;
}

function sumIn(
  log: EntityLog,
  { afterMs, untilMs, asked }: { afterMs: number; untilMs: number; asked: number },
): number {
  let sum = 0;
  const to = firstRowAfter(log, untilMs);
  for (let row = firstRowAfter(log, afterMs); row < to; row++) {
    if (log.currencies[row] === asked) sum += log.amountsMinor[row]!;
  }
  return sum;
}

/** NaN when `thenMs` is not a time up to `nowMs`. */
function secondsSince(thenMs: number, nowMs: number): number {
  return Number.isFinite(thenMs) && thenMs <= nowMs ? Math.min(nowMs - thenMs, LONGEST_AGE_MS) / 1000 : NaN;
}
