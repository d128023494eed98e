import type { AccountEvent } from '../account/account-event.ts';
import type { AccountState } from '../account/account-state.ts';
import { INSTRUMENT, PARTY } from '../account/surroundings.ts';
import { minorPerMajor } from '../currency.ts';
import { areEmptyTiles, tilesIn, type TileLevel } from '../window/tiles.ts';
import { ACCOUNT_FEATURE_INDEX as at } from './account-features.ts';
import { pairingAge, secondsSince } from './ages.ts';
import { calendarOf } from './calendar.ts';
import { distinctIn, familiarityOf } from './dealings.ts';
import {
  countBig,
  countHeld,
  countKnownFrauds,
  countOf,
  countSameAmount,
  countSmall,
  totalsOf,
  windowsAt,
  type Totals,
  type Windows,
} from './log-windows.ts';
import { timeDensity } from './time-density.ts';
import { speedFromLastPlace } from './travel.ts';
import { deviationFrom, ratioTo, usualAmountOf } from './usual-amount.ts';

const SMALL_MAJOR = 5;
/** How many times the usual amount a big one is. */
const BIG = 2.7;

/** What the groups of features below share. Amounts in minor units of the account's currency. */
interface Moment {
  readonly state: AccountState;
  readonly event: AccountEvent;
  readonly windows: Windows;
  readonly isOwnCurrency: boolean;
  /** The event's amount where it can be compared with the account's: NaN when it is in another currency. */
  readonly comparable: number;
  readonly minorPerMajor: number;
}

/**
 * Writes the features of `ACCOUNT_FEATURES` into the first places of `vector`, as of the event's own time and before it is added to `state`. Pure but for
 * that. Values are as computed: the vector's owner clamps what is too large and makes all NaN the same. An amount in another currency than the
 * account's counts as an event, enters no sum and is compared with no usual amount.
 */
export function writeAccountFeatures(vector: Float32Array, state: AccountState, event: AccountEvent): void {
  const currency = state.currency === '' ? event.currency : state.currency;
  const isOwnCurrency = event.currency === currency;
  const moment: Moment = {
    state,
    event,
    windows: windowsAt(state.events, event.eventTimeMs),
    isOwnCurrency,
    comparable: isOwnCurrency ? event.amountMinor : NaN,
    minorPerMajor: minorPerMajor(currency),
  };
  writeEvent(vector, moment);
  writeTotals(vector, moment);
  writeUsual(vector, moment);
  writeRecent(vector, moment);
  writeDealings(vector, moment);
}

function writeEvent(vector: Float32Array, { event, state }: Moment): void {
  const calendar = calendarOf(event.eventTimeMs);
  vector[at.log_amount] = Math.log1p(event.amountMinor / minorPerMajor(event.currency));
  vector[at.hour_sin] = calendar.hourSin;
  vector[at.hour_cos] = calendar.hourCos;
  vector[at.is_night] = calendar.isNight ? 1 : 0;
  vector[at.is_weekend] = calendar.isWeekend ? 1 : 0;
  vector[at.acct_time_density] = timeDensity(state.timeProfile, calendar);
}

function writeTotals(vector: Float32Array, { state, event, windows, comparable, minorPerMajor: unit }: Moment): void {
  const { events, tiles } = state;
  const { minute, fiveMinutes, hour, day, week, month } = windows;
  const inHour = totalsOf(events, hour, null);
  const inDay = totalsOf(events, day, { rows: hour, totals: inHour });
  const inWeek = totalsOf(events, week, { rows: day, totals: inDay });
  const inMonth = totalsOf(events, month, { rows: week, totals: inWeek });
  vector[at.acct_cnt_1m] = countOf(minute);
  vector[at.acct_cnt_5m] = countOf(fiveMinutes);
  vector[at.acct_cnt_1h] = countOf(hour);
  vector[at.acct_cnt_24h] = countOf(day);
  vector[at.acct_cnt_7d] = countOf(week);
  vector[at.acct_cnt_30d] = countOf(month);
  vector[at.acct_sum_1h] = Math.log1p(inHour.sumMinor / unit);
  vector[at.acct_sum_24h] = Math.log1p(inDay.sumMinor / unit);
  vector[at.acct_sum_7d] = Math.log1p(inWeek.sumMinor / unit);
  vector[at.acct_sum_30d] = Math.log1p(inMonth.sumMinor / unit);
  vector[at.acct_mean_incl_7d] = meanIncluding(inWeek, comparable) / unit;
  vector[at.acct_mean_incl_30d] = meanIncluding(inMonth, comparable) / unit;
  vector[at.amount_over_max_30d] = ratioTo(inMonth.largestMinor, comparable);
  vector[at.acct_velocity_1h_30d] = velocity(countOf(hour), countOf(month));
  if (areEmptyTiles(tiles)) return;
  const add = (level: TileLevel, count: number, sum: { at: number; minor: number } | null): number => {
    const beyond = tilesIn(tiles, level, event.eventTimeMs);
    if (sum !== null) vector[sum.at] = Math.log1p((sum.minor + beyond.sumMinor) / unit);
    return (vector[count]! += beyond.count);
  };
  add('minute', at.acct_cnt_1m, null);
  add('fiveMinutes', at.acct_cnt_5m, null);
  const hourCount = add('hour', at.acct_cnt_1h, { at: at.acct_sum_1h, minor: inHour.sumMinor });
  add('day', at.acct_cnt_24h, { at: at.acct_sum_24h, minor: inDay.sumMinor });
  add('week', at.acct_cnt_7d, { at: at.acct_sum_7d, minor: inWeek.sumMinor });
  const monthCount = add('month', at.acct_cnt_30d, { at: at.acct_sum_30d, minor: inMonth.sumMinor });
  vector[at.acct_velocity_1h_30d] = velocity(hourCount, monthCount);
}

function writeUsual(vector: Float32Array, { state, windows, comparable, minorPerMajor: unit }: Moment): void {
  const { events, amountProfile } = state;
  const { median, trimmedMean } = usualAmountOf(events, windows.twoMonths);
  const big = BIG * trimmedMean;
  const count = (rows: Windows['week']): number => (Number.isNaN(big) ? NaN : countBig(events, rows, big));
  vector[at.acct_trim_mean_60d] = trimmedMean / unit;
  vector[at.amount_over_trim_mean_60d] = ratioTo(trimmedMean, comparable);
  vector[at.amount_over_median_60d] = ratioTo(median, comparable);
  vector[at.amount_z_30d] = deviationFrom(amountProfile, comparable);
  vector[at.acct_cnt_big_7d] = count(windows.week);
  vector[at.acct_cnt_big_14d] = count(windows.fortnight);
}

function writeRecent(
  vector: Float32Array,
  { state, event, windows, isOwnCurrency, minorPerMajor: unit }: Moment,
): void {
  const { events, instruments, parties } = state;
  const { eventTimeMs, amountMinor, entities } = event;
  const { hour, day, twoMonths } = windows;
  const device = { key: entities.device, datedAt: INSTRUMENT.device };
  const beneficiary = { key: entities.beneficiary, datedAt: PARTY.beneficiary };
  vector[at.secs_since_last_acct] = secondsSince(lastEventMs(state, event, hour.to), eventTimeMs);
  vector[at.acct_age] = secondsSince(state.firstSeenMs, eventTimeMs);
  vector[at.acct_cnt_same_amount_24h] = countSameAmount(events, day, { amountMinor, isOwnCurrency });
  vector[at.acct_cnt_small_1h] = countSmall(events, hour, SMALL_MAJOR * unit);
  vector[at.acct_held_cnt_1h] = countHeld(events, hour);
  vector[at.speed_from_last_place] = speedFromLastPlace(events, twoMonths, event);
  vector[at.acct_fraud_cnt_60d] = countKnownFrauds(events, twoMonths);
  vector[at.acct_device_age] = pairingAge(instruments, device, eventTimeMs);
  vector[at.acct_beneficiary_age] = pairingAge(parties, beneficiary, eventTimeMs);
}

function writeDealings(vector: Float32Array, { state, event, windows }: Moment): void {
  const distinct = distinctIn(state, windows.hour, windows.day);
  vector[at.acct_distinct_counterparties_1h] = distinct.counterpartiesInHour;
  vector[at.acct_distinct_counterparties_24h] = distinct.counterpartiesInDay;
  vector[at.acct_distinct_countries_24h] = distinct.countriesInDay;
  const familiarity = familiarityOf(state, windows, event);
  vector[at.acct_counterparty_cnt_60d] = familiarity.withCounterparty;
  vector[at.acct_category_share_30d] = familiarity.shareOfCategory;
}

/** Events of the last hour over the average hour of the last month; NaN when that had none. */
function velocity(inHour: number, inMonth: number): number {
  return inMonth === 0 ? NaN : inHour / (inMonth / 720);
}

/** Of the window and the amount itself, unless that is in another currency (NaN); NaN of nothing. */
function meanIncluding({ count, sumMinor }: Totals, amountMinor: number): number {
  return Number.isNaN(amountMinor) ? sumMinor / count : (sumMinor + amountMinor) / (count + 1);
}

/** Time of the newest event at or before this one, or -Infinity: the watermark, and for a late event what the log still holds. */
function lastEventMs(
  { watermarkMs, events }: AccountState,
  { eventTimeMs }: AccountEvent,
  endOfWindow: number,
): number {
  if (eventTimeMs >= watermarkMs) return watermarkMs;
  return endOfWindow > events.first ? events.timesMs[endOfWindow - 1]! : -Infinity;
}
