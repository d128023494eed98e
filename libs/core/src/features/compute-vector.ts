import type { AccountEvent } from '../account/account-event.ts';
import type { AccountState } from '../account/account-state.ts';
import { minorPerMajor } from '../currency.ts';
import { DAY_MS } from '../time.ts';
import { calendarOf } from './calendar.ts';
import {
  countOf,
  countSameAmount,
  countSmall,
  countWithCounterparty,
  totalsOf,
  windowsAt,
  type Totals,
} from './log-windows.ts';
import { FEATURE_INDEX as at, FEATURES } from './manifest.ts';
import { deviationFrom, ratioTo, usualAmountOf } from './usual-amount.ts';

/** Greatest magnitude of a value: the greatest float32 below 2^24. */
const LIMIT = 2 ** 24 - 1;
/** Ages are capped here. */
export const LONGEST_AGE_MS = 90 * DAY_MS;
const SMALL_MAJOR = 5;

/**
 * The model's inputs for `event`, in manifest order, as of its own time and before it is added to `state`. Pure.
 * Each value is NaN (missing) or a finite float32 of magnitude below 2^24. Definitions: features.md §3; an amount in another currency than the
 * account's counts as an event, enters no sum and is compared with no usual amount.
 */
export function computeVector(state: AccountState, event: AccountEvent): Float32Array {
  const { events } = state;
  const { eventTimeMs, amountMinor } = event;
  const currency = state.currency === '' ? event.currency : state.currency;
  const isOwnCurrency = event.currency === currency;
  const comparable = isOwnCurrency ? amountMinor : NaN;
  const unit = minorPerMajor(currency);

  const windows = windowsAt(events, eventTimeMs);
  const { hour, day, week, month, twoMonths } = windows;
  const hourTotals = totalsOf(events, hour, null);
  const dayTotals = totalsOf(events, day, { rows: hour, totals: hourTotals });
  const weekTotals = totalsOf(events, week, { rows: day, totals: dayTotals });
  const monthTotals = totalsOf(events, month, { rows: week, totals: weekTotals });
  const usual = usualAmountOf(events, twoMonths);
  const calendar = calendarOf(eventTimeMs);

  const vector = new Float32Array(FEATURES.length);
  vector[at.log_amount] = Math.log1p(amountMinor / minorPerMajor(event.currency));
  vector[at.hour_sin] = calendar.hourSin;
  vector[at.hour_cos] = calendar.hourCos;
  vector[at.is_night] = calendar.isNight ? 1 : 0;
  vector[at.is_weekend] = calendar.isWeekend ? 1 : 0;
  vector[at.acct_cnt_1m] = countOf(windows.minute);
  vector[at.acct_cnt_5m] = countOf(windows.fiveMinutes);
  vector[at.acct_cnt_1h] = countOf(hour);
  vector[at.acct_cnt_24h] = countOf(day);
  vector[at.acct_cnt_7d] = countOf(week);
  vector[at.acct_cnt_30d] = countOf(month);
  vector[at.acct_sum_1h] = Math.log1p(hourTotals.sumMinor / unit);
  vector[at.acct_sum_24h] = Math.log1p(dayTotals.sumMinor / unit);
  vector[at.acct_sum_7d] = Math.log1p(weekTotals.sumMinor / unit);
  vector[at.acct_sum_30d] = Math.log1p(monthTotals.sumMinor / unit);
  vector[at.acct_mean_incl_7d] = meanIncluding(weekTotals, comparable) / unit;
  vector[at.acct_mean_incl_30d] = meanIncluding(monthTotals, comparable) / unit;
  vector[at.amount_over_trim_mean_60d] = ratioTo(usual.trimmedMean, comparable);
  vector[at.amount_over_median_60d] = ratioTo(usual.median, comparable);
  vector[at.amount_over_max_30d] = ratioTo(monthTotals.largestMinor, comparable);
  vector[at.amount_z_30d] = deviationFrom(state.amountProfile, comparable);
  vector[at.secs_since_last_acct] = secondsSince(lastEventMs(state, event, hour.to), eventTimeMs);
  vector[at.acct_age] = secondsSince(state.firstSeenMs, eventTimeMs);
  vector[at.acct_velocity_1h_30d] = countOf(month) === 0 ? NaN : countOf(hour) / (countOf(month) / 720);
  vector[at.acct_cnt_same_amount_24h] = countSameAmount(events, day, { amountMinor, isOwnCurrency });
  vector[at.acct_cnt_small_1h] = countSmall(events, hour, SMALL_MAJOR * unit);
  vector[at.acct_counterparty_cnt_60d] = countWithCounterparty(state, twoMonths, event.counterparty);
  return canonical(vector);
}

/** Clamps what is too large, in place, and gives every NaN the same bits: those of a computed NaN depend on the processor and the compiler. */
function canonical(vector: Float32Array): Float32Array {
  for (let i = 0; i < vector.length; i++) {
    const value = vector[i]!;
    if (value > LIMIT) vector[i] = LIMIT;
    else if (value < -LIMIT) vector[i] = -LIMIT;
    else if (Number.isNaN(value)) vector[i] = NaN;
  }
  return vector;
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

/** NaN when `thenMs` is not a time up to `nowMs`. */
function secondsSince(thenMs: number, nowMs: number): number {
  return Number.isFinite(thenMs) && thenMs <= nowMs ? Math.min(nowMs - thenMs, LONGEST_AGE_MS) / 1000 : NaN;
}
