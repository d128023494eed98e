import { DAY_MS, FEATURES, HOUR_MS, MINUTE_MS, minorPerMajor, type AccountEvent, type FeatureName } from '#libs/core';
import type { KnownEvent, Past } from './past.ts';

/** The vector of `event` after `past`, each value by its definition in features.md §3. */
export function vectorByDefinition(past: Past, event: AccountEvent): Float32Array {
  const moment = new Moment(past, event);
  return Float32Array.from(FEATURES, ({ name }) => {
    const value = Math.fround(DEFINITIONS[name as FeatureName](moment));
    return Number.isNaN(value) ? NaN : Math.min(Math.max(value, 1 - 2 ** 24), 2 ** 24 - 1);
  });
}

/** Money in minor units of the account's currency, times in milliseconds. */
class Moment {
  readonly event: AccountEvent;
  readonly past: Past;
  readonly currency: string;
  readonly unit: number;
  /** NaN when it is in another currency, so that whatever it is compared with is missing. */
  readonly amount: number;

  constructor(past: Past, event: AccountEvent) {
    this.event = event;
    this.past = past;
    this.currency = past.history[0]?.currency ?? event.currency;
    this.unit = minorPerMajor(this.currency);
    this.amount = event.currency === this.currency ? event.amountMinor : NaN;
  }

  /** Events in (t - W, t]. */
  within(windowMs: number): readonly KnownEvent[] {
    const t = this.event.eventTimeMs;
    return this.past.log.filter(({ eventTimeMs }) => eventTimeMs > t - windowMs && eventTimeMs <= t);
  }

  amounts(windowMs: number): number[] {
    return this.within(windowMs)
      .filter(({ currency }) => currency === this.currency)
      .flatMap(({ leftMinor }) => leftMinor ?? []);
  }

  logSum(windowMs: number): number {
    return Math.log1p(sum(this.amounts(windowMs)) / this.unit);
  }

  meanIncluding(windowMs: number): number {
    const own = Number.isNaN(this.amount) ? [] : [this.amount];
    return mean([...this.amounts(windowMs), ...own]) / this.unit;
  }

  timesOver(usual: number): number {
    return usual > 0 ? this.amount / usual : NaN;
  }

  secondsSince(times: readonly number[], pick: (...times: number[]) => number): number {
    const before = times.filter((time) => time <= this.event.eventTimeMs);
    if (before.length === 0) return NaN;
    return Math.min(this.event.eventTimeMs - pick(...before), 90 * DAY_MS) / 1000;
  }

  timeOfDay(): number {
    const date = new Date(this.event.eventTimeMs);
    const seconds = date.getUTCHours() * 3600 + date.getUTCMinutes() * 60 + date.getUTCSeconds();
    return (2 * Math.PI * (seconds * 1000 + date.getUTCMilliseconds())) / DAY_MS;
  }
}

const DEFINITIONS: Readonly<Record<FeatureName, (moment: Moment) => number>> = {
  log_amount: ({ event }) => Math.log1p(event.amountMinor / minorPerMajor(event.currency)),
  hour_sin: (moment) => Math.sin(moment.timeOfDay()),
  hour_cos: (moment) => Math.cos(moment.timeOfDay()),
  is_night: ({ event }) => (new Date(event.eventTimeMs).getUTCHours() <= 6 ? 1 : 0),
  is_weekend: ({ event }) => ([0, 6].includes(new Date(event.eventTimeMs).getUTCDay()) ? 1 : 0),
  acct_cnt_1m: (moment) => moment.within(MINUTE_MS).length,
  acct_cnt_5m: (moment) => moment.within(5 * MINUTE_MS).length,
  acct_cnt_1h: (moment) => moment.within(HOUR_MS).length,
  acct_cnt_24h: (moment) => moment.within(24 * HOUR_MS).length,
  acct_cnt_7d: (moment) => moment.within(7 * DAY_MS).length,
  acct_cnt_30d: (moment) => moment.within(30 * DAY_MS).length,
  acct_sum_1h: (moment) => moment.logSum(HOUR_MS),
  acct_sum_24h: (moment) => moment.logSum(24 * HOUR_MS),
  acct_sum_7d: (moment) => moment.logSum(7 * DAY_MS),
  acct_sum_30d: (moment) => moment.logSum(30 * DAY_MS),
  acct_mean_incl_7d: (moment) => moment.meanIncluding(7 * DAY_MS),
  acct_mean_incl_30d: (moment) => moment.meanIncluding(30 * DAY_MS),
  amount_over_trim_mean_60d: (moment) => moment.timesOver(trimmedMean(moment.amounts(60 * DAY_MS))),
  amount_over_median_60d: (moment) => moment.timesOver(median(moment.amounts(60 * DAY_MS))),
  amount_over_max_30d: (moment) => moment.timesOver(Math.max(...moment.amounts(30 * DAY_MS))),
  amount_z_30d: ({ amount, past: { amounts: profile } }) => {
    if (profile.folded < 3 || profile.squares === 0) return NaN;
    return (amount - profile.mean) / Math.sqrt(profile.squares / profile.weight);
  },
  secs_since_last_acct: (moment) => {
    const { history, log } = moment.past;
    const everSeen = history.map(({ eventTimeMs }) => eventTimeMs);
    const isLate = moment.event.eventTimeMs < Math.max(...everSeen);
    return moment.secondsSince(isLate ? log.map(({ eventTimeMs }) => eventTimeMs) : everSeen, Math.max);
  },
  acct_age: (moment) => moment.secondsSince(moment.past.history.map(({ eventTimeMs }) => eventTimeMs), Math.min), // prettier-ignore
  acct_velocity_1h_30d: (moment) => {
    const month = moment.within(30 * DAY_MS).length;
    return month === 0 ? NaN : moment.within(HOUR_MS).length / (month / 720);
  },
  acct_cnt_same_amount_24h: (moment) =>
    moment.within(24 * HOUR_MS).filter(({ leftMinor, currency }) => {
      const bothOwn = currency === moment.currency && moment.event.currency === moment.currency;
      const bothOther = currency !== moment.currency && moment.event.currency !== moment.currency;
      return leftMinor === moment.event.amountMinor && (bothOwn || bothOther);
    }).length,
  acct_cnt_small_1h: (moment) => moment.amounts(HOUR_MS).filter((amount) => amount < 5 * moment.unit).length,
  acct_counterparty_cnt_60d: (moment) =>
    moment.within(60 * DAY_MS).filter(({ counterparty }) => counterparty !== 0 && counterparty === moment.event.counterparty).length, // prettier-ignore
};

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function mean(values: readonly number[]): number {
  return sum(values) / values.length;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.slice(Math.ceil(sorted.length / 2) - 1, Math.floor(sorted.length / 2) + 1);
  return mean(middle);
}

/** Of the lowest nine tenths, of three at least. */
function trimmedMean(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return values.length < 3 ? NaN : mean(sorted.slice(0, sorted.length - Math.floor(sorted.length / 10)));
}
