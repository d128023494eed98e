import { InvalidArgumentError } from 'commander';
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '#libs/core';
import { parseWireTime } from '#libs/contracts';

/** Parsers of option values. Each throws commander's `InvalidArgumentError`, which names the option and ends with exit code 2. */

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: SECOND_MS, m: MINUTE_MS, h: HOUR_MS, d: DAY_MS };

/** A whole number from `min` to `max`. */
export function integer(min: number, max = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= min && value <= max) return value;
    throw new InvalidArgumentError(
      `Give a whole number ${max === Number.MAX_SAFE_INTEGER ? `of at least ${min}` : `from ${min} to ${max}`}.`,
    );
  };
}

/** A number above 0. */
export function positive(text: string): number {
  const value = /^\d{1,9}(\.\d{1,9})?$/.test(text) ? Number(text) : Number.NaN;
  if (value > 0) return value;
  throw new InvalidArgumentError('Give a number above 0.');
}

/** A share, 0 to 1. */
export function share(text: string): number {
  const value = /^\d(\.\d{1,9})?$/.test(text) ? Number(text) : Number.NaN;
  if (value >= 0 && value <= 1) return value;
  throw new InvalidArgumentError('Give a share from 0 to 1, such as 0.01.');
}

/** A length of time in milliseconds: `250ms`, `30s`, `5m`, `24h`, `60d`. */
export function durationMs(text: string): number {
  const match = /^(\d{1,9})(ms|s|m|h|d)$/.exec(text);
  const unit = UNITS[match?.[2] ?? ''];
  if (match === null || unit === undefined)
    throw new InvalidArgumentError('Give a length of time such as 30s, 24h or 60d.');
  return Number(match[1]) * unit;
}

/** An instant in milliseconds since 1970: `2026-01-01` or `2026-01-01T00:00:00Z`. */
export function instantMs(text: string): number {
  const value = parseWireTime(/^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T00:00:00Z` : text);
  if (!Number.isNaN(value)) return value;
  throw new InvalidArgumentError('Give a date such as 2026-01-01, or a time such as 2026-01-01T00:00:00Z.');
}

/** Records a second, or `max` (Infinity). */
export function rate(text: string): number {
  return text === 'max' ? Infinity : positive(text);
}
