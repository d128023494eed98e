import { firstSeenMs, type KeyTable } from '../account/key-table.ts';
import type { Hash64 } from '../hash64.ts';
import { DAY_MS } from '../time.ts';

/** Ages are capped here. */
export const LONGEST_AGE_MS = 90 * DAY_MS;

/** NaN when `thenMs` is not a time up to `nowMs`. */
export function secondsSince(thenMs: number, nowMs: number): number {
  return Number.isFinite(thenMs) && thenMs <= nowMs ? Math.min(nowMs - thenMs, LONGEST_AGE_MS) / 1000 : NaN;
}

/**
 * Seconds since an account first had to do with a key: the least event time of a row with it since the log last was without it. 0 when it never had, or
 * not by `nowMs`; NaN without a key.
 */
export function pairingAge(
  table: KeyTable,
  { key, datedAt }: { readonly key: Hash64 | null; readonly datedAt: number },
  nowMs: number,
): number {
  if (key === null) return NaN;
  const firstMs = firstSeenMs(table, { ...key, datedAt });
  return firstMs < nowMs ? secondsSince(firstMs, nowMs) : 0;
}
