import {
  DAY_MS,
  ENTITY_FEATURES,
  HOUR_MS,
  MINUTE_MS,
  SECOND_MS,
  type AccountEvent,
  type EntityChange,
  type EntityFeatureName,
  type EntityKind,
  type EntityParameters,
} from '#libs/core';
import { EntityPast, type KeptRows, type PastRow } from './entity-past.ts';

/** What a transaction asks of its entities. */
export type EntityQuestion = Pick<AccountEvent, 'eventTimeMs' | 'amountMinor' | 'currency' | 'entities'>;

/**
 * What the features of entities must be, from a plain list of all changes so far. Nothing is kept but the list: every value is computed anew from it,
 * by its definition. It shares with the engine the names of the features, and nothing else.
 */
export class EntityOracle {
  readonly #changes: EntityChange[] = [];
  readonly #parameters: EntityParameters;

  constructor(parameters: EntityParameters) {
    this.#parameters = parameters;
  }

  apply(change: EntityChange): void {
    this.#changes.push(change);
  }

  /** The features of a transaction that comes next. */
  vectorOf(question: EntityQuestion): Float32Array {
    const past = (kind: EntityKind): EntityPast =>
      new EntityPast(this.#changes, { kind, key: question.entities[kind] }, this.#parameters);
    const t = question.eventTimeMs;
    const terminal = past('terminal');
    const labelled = labelledAt(terminal, t);
    const moment: Moment = {
      question,
      t,
      card: past('card'),
      terminal,
      labelled,
      run: currentRun(labelled, t),
      device: past('device'),
      ip: past('ip'),
      beneficiary: past('beneficiary'),
    };
    return Float32Array.from(ENTITY_FEATURES, ({ name }) => DEFINITIONS[name as EntityFeatureName](moment));
  }
}

interface Moment extends Readonly<Record<EntityKind, EntityPast>> {
  readonly question: EntityQuestion;
  readonly t: number;
  /** The terminal's labels, and those from the first fraud of the current run on. */
  readonly labelled: readonly Labelled[];
  readonly run: readonly Labelled[];
}

const DEFINITIONS: Readonly<Record<EntityFeatureName, (moment: Moment) => number>> = {
  card_cnt_1m: (moment) => ifAny(moment, 'card', count(moment.card, moment.t, MINUTE_MS)),
  card_cnt_1h: (moment) => ifAny(moment, 'card', count(moment.card, moment.t, HOUR_MS)),
  card_cnt_24h: (moment) => ifAny(moment, 'card', count(moment.card, moment.t, DAY_MS)),
  card_cnt_7d: (moment) => ifAny(moment, 'card', count(moment.card, moment.t, 7 * DAY_MS)),
  card_age: ({ card, t }) => secondsSince(Math.min(...times(card.rows.all)), t),
  term_cnt_5m: ({ terminal, t }) => count(terminal, t, 5 * MINUTE_MS),
  term_cnt_24h: ({ terminal, t }) => count(terminal, t, DAY_MS),
  term_cnt_7d: ({ terminal, t }) => count(terminal, t, 7 * DAY_MS),
  term_risk_delayed_1d: (moment) => delayedShare(moment, 1, 0),
  term_risk_delayed_7d: (moment) => delayedShare(moment, 7, 0),
  term_risk_delayed_30d: (moment) => delayedShare(moment, 30, 0),
  term_risk_delayed_3d: (moment) => delayedShare(moment, 3, NaN),
  term_risk_delayed_14d: (moment) => delayedShare(moment, 14, NaN),
  term_last_labelled_is_fraud: (moment) => {
    const last = moment.labelled.at(-1);
    if (last === undefined) return NaN;
    return last.frauds > last.genuine ? 1 : 0;
  },
  term_secs_since_fraud: (moment) => secondsSince(moment.labelled.findLast(({ frauds }) => frauds > 0)?.timeMs, moment.t), // prettier-ignore
  term_secs_since_run_began: (moment) => secondsSince(moment.run[0]?.timeMs, moment.t),
  term_run_length: (moment) => total(moment.run.map(({ frauds }) => frauds)) || NaN,
  term_genuine_since_run_began: (moment) => {
    const run = moment.run;
    return run.length === 0 ? NaN : total(run.map(({ genuine }) => genuine));
  },
  term_secs_since_genuine: (moment) => secondsSince(moment.labelled.findLast(({ genuine }) => genuine > 0)?.timeMs, moment.t), // prettier-ignore
  term_early_fraud_cnt_7d: ({ terminal, t }) =>
    terminal.rows.logged.filter((row) => row.label === 'fraud' && row.timeMs > t - 7 * DAY_MS && row.timeMs <= t).length +
    pushedOut(terminal, t, 7).filter(isFraud).length, // prettier-ignore
  term_smoothed_risk_45d: (moment) => {
    const frauds = total(moment.labelled.map((one) => one.frauds));
    return (frauds + 20 * 0.005) / (total(moment.labelled.map((one) => one.genuine)) + frauds + 20);
  },
  amount_over_term_mean_7d: ({ terminal, t, question }) => {
    const amounts = terminal.rows.logged
      .filter((row) => row.timeMs > t - 7 * DAY_MS && row.timeMs <= t)
      .filter((row) => row.currency === question.currency && !row.isTakenBack)
      .map(({ left }) => left);
    const mean = total(amounts) / amounts.length;
    return mean > 0 ? question.amountMinor / mean : NaN;
  },
  term_cards_per_cnt_1h: ({ terminal, t }) => {
    const all = count(terminal, t, HOUR_MS);
    return all === 0 ? NaN : distinct(terminal.idTimes(({ card, account }) => card ?? account), t, HOUR_MS) / all; // prettier-ignore
  },
  device_distinct_accounts_24h: (moment) => ifAny(moment, 'device', accounts(moment.device, moment.t, DAY_MS)),
  device_distinct_accounts_30d: (moment) => ifAny(moment, 'device', accounts(moment.device, moment.t, 30 * DAY_MS)),
  device_fraud_cnt_30d: ({ device, t }) => fraudsOnDays(device, t, 30),
  ip_cnt_5m: (moment) => ifAny(moment, 'ip', count(moment.ip, moment.t, 5 * MINUTE_MS)),
  ip_cnt_1h: (moment) => ifAny(moment, 'ip', count(moment.ip, moment.t, HOUR_MS)),
  ip_distinct_accounts_1h: (moment) => ifAny(moment, 'ip', accounts(moment.ip, moment.t, HOUR_MS)),
  beneficiary_distinct_payers_24h: (moment) => ifAny(moment, 'beneficiary', accounts(moment.beneficiary, moment.t, DAY_MS)), // prettier-ignore
  beneficiary_in_then_out_24h: ({ beneficiary, t, question }) => {
    const { rows, sent } = beneficiary;
    const from = Math.max(t - DAY_MS, rows.truncatedMs, sent.truncatedMs);
    const sumOf = ({ logged }: KeptRows): number =>
      total(
        logged
          .filter((row) => row.timeMs > from && row.timeMs <= t && row.currency === question.currency)
          .map(({ left }) => left),
      );
    return sumOf(rows) === 0 ? NaN : Math.min(sumOf(sent), sumOf(rows)) / sumOf(rows);
  },
  beneficiary_fraud_cnt_45d: ({ beneficiary, t }) => fraudsOnDays(beneficiary, t, 45),
};

const isFraud = ({ label }: PastRow): boolean => label === 'fraud';
const isGenuine = ({ label }: PastRow): boolean => label === 'genuine';
const day = (timeMs: number): number => Math.floor(timeMs / DAY_MS);

function ifAny({ question }: Moment, kind: EntityKind, value: number): number {
  return question.entities[kind] === null ? NaN : value;
}

/** Length of the tiles of each window, for what is not known one by one. */
const TILE_MS = new Map([
  [MINUTE_MS, SECOND_MS],
  [5 * MINUTE_MS, 5 * SECOND_MS],
  [HOUR_MS, MINUTE_MS],
  [DAY_MS, 15 * MINUTE_MS],
  [7 * DAY_MS, HOUR_MS],
]);

function count(past: EntityPast, t: number, windowMs: number): number {
  const tileMs = TILE_MS.get(windowMs) as number;
  const tile = (timeMs: number): number => Math.floor(timeMs / tileMs);
  const oldest = Math.max(tile(t), tile(past.newestMs)) - windowMs / tileMs + 1;
  const tiled = past.rows.others.filter((row) => tile(row.timeMs) >= oldest && tile(row.timeMs) <= tile(t));
  return past.rows.logged.filter((row) => row.timeMs > t - windowMs && row.timeMs <= t).length + tiled.length;
}

/** Rows of a terminal that are only counted, of the last `days` days. */
function pushedOut(terminal: EntityPast, t: number, days: number): readonly PastRow[] {
  return terminal.rows.others.filter((row) => {
    const isKept = day(row.timeMs) > day(terminal.newestMs) - 45;
    return isKept && day(row.timeMs) > day(t) - days && day(row.timeMs) <= day(t);
  });
}

function delayedShare({ terminal, t }: Moment, days: number, missing: number): number {
  const end = t - 7 * DAY_MS;
  const exact = terminal.rows.logged.filter((row) => row.timeMs > end - days * DAY_MS && row.timeMs <= end);
  const rows = [...exact, ...pushedOut(terminal, end - DAY_MS, days)];
  return rows.length === 0 ? missing : rows.filter(isFraud).length / rows.length;
}

/** What is labelled, in order: whole days of what is only counted, then transactions. */
interface Labelled {
  readonly timeMs: number;
  readonly frauds: number;
  readonly genuine: number;
}

function labelledAt(terminal: EntityPast, t: number): Labelled[] {
  const counted = pushedOut(terminal, t, 45);
  const days = [...new Set(counted.map((row) => day(row.timeMs)))].sort((a, b) => a - b);
  const byDay = days.map((one) => {
    const rows = counted.filter((row) => day(row.timeMs) === one);
    return { timeMs: one * DAY_MS, frauds: rows.filter(isFraud).length, genuine: rows.filter(isGenuine).length };
  });
  const rows = terminal.rows.logged.filter((row) => row.timeMs > t - 45 * DAY_MS && row.timeMs <= t);
  const single = rows.map((row) => ({ timeMs: row.timeMs, frauds: Number(isFraud(row)), genuine: Number(isGenuine(row)) })); // prettier-ignore
  return [...byDay, ...single].filter(({ frauds, genuine }) => frauds + genuine > 0);
}

/** What is labelled from the first fraud of the current run on; nothing when there is none. */
function currentRun(all: readonly Labelled[], t: number): readonly Labelled[] {
  const frauds = all.filter((one) => one.frauds > 0);
  const last = frauds.at(-1);
  if (last === undefined || t - last.timeMs > 28 * DAY_MS) return [];
  const isStart = ({ timeMs }: Labelled, i: number): boolean =>
    timeMs - (frauds[i - 1]?.timeMs ?? -Infinity) > 28 * DAY_MS;
  return all.slice(all.indexOf(frauds.findLast(isStart) as Labelled));
}

function fraudsOnDays(past: EntityPast, t: number, days: number): number {
  return past.rows.all.filter((row) => {
    const at = day(row.timeMs);
    return isFraud(row) && at > day(t) - days && at <= day(t) && at > day(past.newestMs) - days;
  }).length;
}

function accounts(past: EntityPast, t: number, windowMs: number): number {
  return distinct(past.idTimes(({ account }) => account), t, windowMs); // prettier-ignore
}

function distinct(lastTimes: readonly number[], t: number, windowMs: number): number {
  return lastTimes.filter((time) => time > t - windowMs && time <= t).length;
}

function times(rows: readonly PastRow[]): number[] {
  return rows.map(({ timeMs }) => timeMs);
}

function secondsSince(thenMs: number | undefined, t: number): number {
  if (thenMs === undefined || !(thenMs <= t)) return NaN;
  return Math.min(t - thenMs, 90 * DAY_MS) / 1000;
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
