import {
  ACCOUNT_FEATURES,
  besselI0Scaled,
  DAY_MS,
  HOUR_MS,
  MINUTE_MS,
  minorPerMajor,
  NO_CATEGORY,
  type AccountEvent,
  type AccountFeatureName,
  type Hash64,
} from '#libs/core';
import { mean, Moment } from './moment.ts';
import { keyText, type Past } from './past.ts';

/** What an account says of `event` after `past`, in the order of `ACCOUNT_FEATURES`, each value by its definition there and in features.md §3. */
export function vectorByDefinition(past: Past, event: AccountEvent): Float32Array {
  const moment = new Moment(past, event);
  return Float32Array.from(ACCOUNT_FEATURES, ({ name }) => {
    const value = Math.fround(DEFINITIONS[name as AccountFeatureName](moment));
    return Number.isNaN(value) ? NaN : Math.min(Math.max(value, 1 - 2 ** 24), 2 ** 24 - 1);
  });
}

const DEFINITIONS: Readonly<Record<AccountFeatureName, (moment: Moment) => number>> = {
  log_amount: ({ event }) => Math.log1p(event.amountMinor / minorPerMajor(event.currency)),
  hour_sin: (moment) => Math.sin(moment.timeOfDay()),
  hour_cos: (moment) => Math.cos(moment.timeOfDay()),
  is_night: ({ event }) => (new Date(event.eventTimeMs).getUTCHours() <= 6 ? 1 : 0),
  is_weekend: ({ event }) => ([0, 6].includes(new Date(event.eventTimeMs).getUTCDay()) ? 1 : 0),
  acct_cnt_1m: (moment) => moment.count('minute', MINUTE_MS),
  acct_cnt_5m: (moment) => moment.count('fiveMinutes', 5 * MINUTE_MS),
  acct_cnt_1h: (moment) => moment.count('hour', HOUR_MS),
  acct_cnt_24h: (moment) => moment.count('day', DAY_MS),
  acct_cnt_7d: (moment) => moment.count('week', 7 * DAY_MS),
  acct_cnt_30d: (moment) => moment.count('month', 30 * DAY_MS),
  acct_sum_1h: (moment) => moment.logSum('hour', HOUR_MS),
  acct_sum_24h: (moment) => moment.logSum('day', DAY_MS),
  acct_sum_7d: (moment) => moment.logSum('week', 7 * DAY_MS),
  acct_sum_30d: (moment) => moment.logSum('month', 30 * DAY_MS),
  acct_mean_incl_7d: (moment) => moment.meanIncluding(7 * DAY_MS),
  acct_mean_incl_30d: (moment) => moment.meanIncluding(30 * DAY_MS),
  acct_trim_mean_60d: (moment) => trimmedMean(moment) / moment.unit,
  amount_over_trim_mean_60d: (moment) => moment.timesOver(trimmedMean(moment)),
  amount_over_median_60d: (moment) => moment.timesOver(median(moment.amounts(60 * DAY_MS))),
  amount_over_max_30d: (moment) => moment.timesOver(Math.max(...moment.amounts(30 * DAY_MS))),
  amount_z_30d: ({ amount, past: { amounts } }) => {
    if (amounts.folded < 3 || amounts.squares === 0) return NaN;
    return (amount - amounts.mean) / Math.sqrt(amounts.squares / amounts.weight);
  },
  acct_cnt_big_7d: (moment) => countBig(moment, 7 * DAY_MS),
  acct_cnt_big_14d: (moment) => countBig(moment, 14 * DAY_MS),
  secs_since_last_acct: (moment) => {
    const { history, log } = moment.past;
    const isLate = moment.event.eventTimeMs < Math.max(...timesOf(history));
    return moment.secondsSince(timesOf(isLate ? log : history), Math.max);
  },
  acct_age: (moment) => moment.secondsSince(timesOf(moment.past.history), Math.min),
  acct_velocity_1h_30d: (moment) => {
    const month = moment.count('month', 30 * DAY_MS);
    return month === 0 ? NaN : moment.count('hour', HOUR_MS) / (month / 720);
  },
  acct_time_density: timeDensity,
  acct_cnt_same_amount_24h: (moment) =>
    moment.within(DAY_MS).filter(({ leftMinor, currency }) => {
      const isSameSide = (currency === moment.currency) === (moment.event.currency === moment.currency);
      return isSameSide && leftMinor === moment.event.amountMinor;
    }).length,
  acct_cnt_small_1h: (moment) => moment.amounts(HOUR_MS).filter((amount) => amount < 5 * moment.unit).length,
  acct_held_cnt_1h: (moment) => moment.within(HOUR_MS).filter(({ outcome }) => outcome === 'hold').length,
  acct_distinct_counterparties_1h: (moment) => distinct(moment.within(HOUR_MS).map((row) => row.counterparty)),
  acct_distinct_counterparties_24h: (moment) => distinct(moment.within(DAY_MS).map((row) => row.counterparty)),
  acct_counterparty_cnt_60d: (moment) => {
    const asked = moment.event.counterparty;
    return moment.within(60 * DAY_MS).filter(({ counterparty }) => asked !== 0 && counterparty === asked).length;
  },
  acct_category_share_30d: (moment) => {
    const asked = moment.event.category;
    const known = moment.within(30 * DAY_MS).filter(({ category }) => category !== NO_CATEGORY);
    return asked === NO_CATEGORY ? NaN : known.filter(({ category }) => category === asked).length / known.length;
  },
  acct_distinct_countries_24h: (moment) => distinct(moment.within(DAY_MS).map(({ country }) => country)),
  speed_from_last_place: speed,
  acct_fraud_cnt_60d: (moment) => moment.within(60 * DAY_MS).filter(({ label }) => label === 'fraud').length,
  acct_device_age: (moment) => ageOf(moment, moment.event.entities.device, moment.past.devices),
  acct_beneficiary_age: (moment) => ageOf(moment, moment.event.entities.beneficiary, moment.past.beneficiaries),
};

function timesOf(events: readonly { readonly eventTimeMs: number }[]): number[] {
  return events.map(({ eventTimeMs }) => eventTimeMs);
}

/** Different values but 0. */
function distinct(values: readonly number[]): number {
  return new Set(values.filter((value) => value !== 0)).size;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return mean(sorted.slice(Math.ceil(sorted.length / 2) - 1, Math.floor(sorted.length / 2) + 1));
}

/** Of the lowest nine tenths, of three amounts at least, without those known to be a fraud's. */
function trimmedMean(moment: Moment): number {
  const sorted = moment
    .within(60 * DAY_MS)
    .filter(({ label, currency }) => label !== 'fraud' && currency === moment.currency)
    .flatMap(({ leftMinor }) => leftMinor ?? [])
    .sort((a, b) => a - b);
  return sorted.length < 3 ? NaN : mean(sorted.slice(0, sorted.length - Math.floor(sorted.length / 10)));
}

function countBig(moment: Moment, windowMs: number): number {
  const big = 2.7 * trimmedMean(moment);
  return Number.isNaN(big) ? NaN : moment.amounts(windowMs).filter((amount) => amount > big).length;
}

/** The von Mises density at the time of day: the concentration by Best and Fisher. */
function timeDensity(moment: Moment): number {
  const { folded: n, weight, cosines, sines } = moment.past.times;
  const length = Math.sqrt(cosines * cosines + sines * sines);
  if (n < 5 || length === 0) return 1 / (2 * Math.PI);
  const r = Math.min(length / weight, 1);
  let kappa = 1 / (r * (1 - r) * (3 - r));
  if (r < 0.53) kappa = r * (2 + r * r * (1 + (5 * r * r) / 6));
  else if (r < 0.85) kappa = -0.4 + 1.39 * r + 0.43 / (1 - r);
  if (n <= 15) kappa = kappa < 2 ? Math.max(kappa - 2 / (n * kappa), 0) : ((n - 1) * (n - 1) * (n - 1) * kappa) / (n * n * n + n); // prettier-ignore
  kappa = Math.min(kappa, 100);
  const angle = moment.timeOfDay();
  const cosine = (Math.cos(angle) * cosines + Math.sin(angle) * sines) / length;
  return Math.exp(kappa * (cosine - 1)) / (2 * Math.PI * besselI0Scaled(kappa));
}

/** Along the great circle, by haversines, at most 2000 km/h, a minute at least. */
function speed(moment: Moment): number {
  const { place, eventTimeMs } = moment.event;
  const last = moment.within(60 * DAY_MS).findLast((row) => row.place !== 0);
  if (place === 0 || last === undefined) return NaN;
  const [a, b] = [degreesOf(last.place), degreesOf(place)];
  const half = (degrees: number): number => Math.sin((degrees * Math.PI) / 180 / 2);
  const cosine = (degrees: number): number => Math.cos((degrees * Math.PI) / 180);
  const [north, east] = [half(b.lat - a.lat), half(b.lon - a.lon)];
  const chord = north * north + cosine(a.lat) * cosine(b.lat) * east * east;
  const kilometres = 2 * 6371.0088 * Math.asin(Math.min(1, Math.sqrt(chord)));
  return Math.min(kilometres / (Math.max(eventTimeMs - last.eventTimeMs, MINUTE_MS) / HOUR_MS), 2000);
}

/** The point of the grid: 2^15 - 1 steps north and 2^16 - 1 east, counted from 1. */
function degreesOf(place: number): { lat: number; lon: number } {
  const north = Math.floor((place - 1) / 65_536);
  return { lat: (north / 32_767) * 180 - 90, lon: ((place - 1 - north * 65_536) / 65_535) * 360 - 180 };
}

function ageOf({ event }: Moment, key: Hash64 | null, firstTimes: ReadonlyMap<string, number>): number {
  const text = keyText(key);
  if (text === null) return NaN;
  return Math.min(Math.max(event.eventTimeMs - (firstTimes.get(text) ?? Infinity), 0), 90 * DAY_MS) / 1000;
}
