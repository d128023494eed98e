import { DAY_MS, minorPerMajor, TILE_LEVELS, type AccountEvent, type TileLevel } from '#libs/core';
import type { KnownEvent, Past } from './past.ts';

/** An event that is about to be added to a past. Money in minor units of the account's currency, times in milliseconds. */
export class Moment {
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

  /** Events of the log in (t - W, t]. */
  within(windowMs: number): readonly KnownEvent[] {
    const t = this.event.eventTimeMs;
    return this.past.log.filter(({ eventTimeMs }) => eventTimeMs > t - windowMs && eventTimeMs <= t);
  }

  /** What is left of amounts in the account's currency. */
  amounts(windowMs: number): number[] {
    return this.#amountsOf(this.within(windowMs));
  }

  /** All events of a window: those of the log, and of those that were cut off the ones that lie in its tiles. */
  count(level: TileLevel, windowMs: number): number {
    return this.within(windowMs).length + this.#cutOff(level).length;
  }

  logSum(level: TileLevel, windowMs: number): number {
    return Math.log1p(sum(this.#amountsOf([...this.within(windowMs), ...this.#cutOff(level)])) / this.unit);
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

  /** As an angle. */
  timeOfDay(): number {
    const date = new Date(this.event.eventTimeMs);
    const seconds = date.getUTCHours() * 3600 + date.getUTCMinutes() * 60 + date.getUTCSeconds();
    return (2 * Math.PI * (seconds * 1000 + date.getUTCMilliseconds())) / DAY_MS;
  }

  #amountsOf(events: readonly KnownEvent[]): number[] {
    return events.filter(({ currency }) => currency === this.currency).flatMap(({ leftMinor }) => leftMinor ?? []);
  }

  /** Tiles end with that of t, and those that the watermark has left are gone. */
  #cutOff(level: TileLevel): readonly KnownEvent[] {
    const { tileMs, tiles } = TILE_LEVELS[level];
    const tileOf = (timeMs: number): number => Math.floor(timeMs / tileMs);
    const last = tileOf(this.event.eventTimeMs);
    const newest = tileOf(Math.max(...this.past.history.map(({ eventTimeMs }) => eventTimeMs)));
    return this.past.cutOff.filter(({ eventTimeMs }) => {
      const tile = tileOf(eventTimeMs);
      return tile <= last && tile > last - tiles && tile > newest - tiles;
    });
  }
}

/** 0 of nothing. */
function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** NaN of nothing. */
export function mean(values: readonly number[]): number {
  return sum(values) / values.length;
}
