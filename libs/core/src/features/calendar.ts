import { angleOf } from '../account/time-of-day-profile.ts';
import { DAY_MS, HOUR_MS } from '../time.ts';

/** What the clock and the calendar say of an event, in UTC. */
export interface Calendar {
  /** The time of day as a point on the unit circle, midnight at (0, 1) and six o'clock at (1, 0). */
  readonly hourSin: number;
  readonly hourCos: number;
  /** The hour is 0 to 6. */
  readonly isNight: boolean;
  readonly isWeekend: boolean;
}

/** Days since Monday of the day with which Unix time begins, a Thursday. */
const FIRST_WEEKDAY = 3;

/** The calendar of an event time. The time of day counts to the millisecond, the night by whole hours. */
export function calendarOf(eventTimeMs: number): Calendar {
  const day = Math.floor(eventTimeMs / DAY_MS);
  const timeOfDayMs = eventTimeMs - day * DAY_MS;
  const angle = angleOf(eventTimeMs);
  const weekday = (((day + FIRST_WEEKDAY) % 7) + 7) % 7;
  return {
    hourSin: Math.sin(angle),
    hourCos: Math.cos(angle),
    isNight: timeOfDayMs < 7 * HOUR_MS,
    isWeekend: weekday >= 5,
  };
}
