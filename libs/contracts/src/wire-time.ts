const SHAPE = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,3})?Z$/;
const DAYS_IN_MONTH = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const FULL_LENGTH = '2026-05-14T09:31:07.412Z'.length;

/**
 * Milliseconds since 1970 of an RFC 3339 time in UTC, or NaN when it is none that the contract takes: capital `T` and `Z`, at most
 * milliseconds, a real date from 1970 to 9999. No leap second, no 24:00, no offset: two texts of one instant then differ only in trailing
 * zeros of the fraction, which `formatWireTime` settles. (`Date.parse` would turn 30 February into 2 March.)
 */
export function parseWireTime(text: string): number {
  if (!SHAPE.test(text)) return Number.NaN;
  const year = Number(text.slice(0, 4));
  const month = twoDigits(text, 5);
  const day = twoDigits(text, 8);
  const hour = twoDigits(text, 11);
  const minute = twoDigits(text, 14);
  const second = twoDigits(text, 17);
  const real =
    year >= 1970 &&
    month >= 1 &&
    month <= 12 &&
    day >= 1 &&
    day <= daysIn(year, month) &&
    hour < 24 &&
    minute < 60 &&
    second < 60;
  if (!real) return Number.NaN;
  return Date.UTC(year, month - 1, day, hour, minute, second, milliseconds(text));
}

/** The one text of an instant: `YYYY-MM-DDTHH:mm:ss.sssZ`. */
export function formatWireTime(timeMs: number): string {
  return new Date(timeMs).toISOString();
}

/** `formatWireTime(parseWireTime(text))` of a valid text, without the detour when it already has its milliseconds. */
export function normaliseWireTime(text: string, timeMs: number): string {
  return text.length === FULL_LENGTH ? text : formatWireTime(timeMs);
}

function twoDigits(text: string, at: number): number {
  return (text.charCodeAt(at) - 48) * 10 + text.charCodeAt(at + 1) - 48;
}

function daysIn(year: number, month: number): number {
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return month === 2 && leap ? 29 : (DAYS_IN_MONTH[month - 1] ?? 0);
}

function milliseconds(text: string): number {
  if (text.length < 21) return 0;
  return Number(text.slice(20, -1).padEnd(3, '0'));
}
