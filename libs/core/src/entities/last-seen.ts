import type { Hash64 } from '../hash64.ts';

/**
 * Primitive S: ids and when each was seen last, at most as many as the cap says and none that was not seen for as long as the entity's longest window;
 * ordered by (time, id). It holds the ids seen last of all, whatever the order in which they came. A distinct count of a window is exact up to the cap
 * and stands at the cap when there are more; an id counts in the window in which it was seen *last*, so that a late question counts only those
 * that have not been seen again since.
 *
 * `ID_WIDTH` numbers an id: time, high and low half of the hash. One array, because three of them cost more to make than to fill.
 */
export type LastSeen = Float64Array<ArrayBuffer>;

export const ID_WIDTH = 3;

/** One id and when it was seen. */
export interface Sighting {
  readonly id: Hash64;
  readonly timeMs: number;
}

const NOBODY: LastSeen = new Float64Array(0);

/** Nobody seen. */
export function emptyLastSeen(): LastSeen {
  return NOBODY;
}

/** `seen` after one more sighting, without ids not seen after `untilMs`. Costs a copy: at the cap of 256, 6 kB. */
export function withSighting(
  seen: LastSeen,
  sighting: Sighting,
  { cap, untilMs }: { readonly cap: number; readonly untilMs: number },
): LastSeen {
  const { id, timeMs } = sighting;
  const known = indexOf(seen, id);
  const isNews = timeMs > untilMs && (known === -1 || timeMs > seen[known]!);
  if (!isNews) return withoutExpiredIds(seen, untilMs);
  const place = placeOf(seen, sighting);
  // The order without the known entry and with the new one, from which the first ones leave.
  const numbers = seen.length + (known === -1 ? ID_WIDTH : 0);
  const tooMany = Math.max(0, numbers - cap * ID_WIDTH);
  const expired = expiredNumbers(seen, untilMs) - (known !== -1 && seen[known]! <= untilMs ? ID_WIDTH : 0);
  const next = new Float64Array(numbers - Math.max(tooMany, expired));
  let into = next.length - numbers;
  for (let at = 0; at <= seen.length; at += ID_WIDTH) {
    if (at === place) {
      if (into >= 0) {
        next[into] = timeMs;
        next[into + 1] = id.high;
        next[into + 2] = id.low;
      }
      into += ID_WIDTH;
    }
    if (at === known || at === seen.length) continue;
    if (into >= 0) {
      next[into] = seen[at]!;
      next[into + 1] = seen[at + 1]!;
      next[into + 2] = seen[at + 2]!;
    }
    into += ID_WIDTH;
  }
  return next;
}

/** `seen` without ids not seen after `untilMs`. */
export function withoutExpiredIds(seen: LastSeen, untilMs: number): LastSeen {
  const leaving = expiredNumbers(seen, untilMs);
  return leaving === 0 ? seen : seen.slice(leaving);
}

/** How many ids were seen last in (t - windowMs, t]. */
export function distinctIn(seen: LastSeen, windowMs: number, timeMs: number): number {
  let count = 0;
  for (let at = seen.length - ID_WIDTH; at >= 0 && seen[at]! > timeMs - windowMs; at -= ID_WIDTH) {
    if (seen[at]! <= timeMs) count++;
  }
  return count;
}

function indexOf(seen: LastSeen, { high, low }: Hash64): number {
  for (let at = 0; at < seen.length; at += ID_WIDTH) if (seen[at + 2] === low && seen[at + 1] === high) return at;
  return -1;
}

/** Where the first entry lies that comes after a sighting, or the end. */
function placeOf(seen: LastSeen, { id, timeMs }: Sighting): number {
  let at = seen.length;
  while (at > 0 && isAfter(seen, at - ID_WIDTH, { id, timeMs })) at -= ID_WIDTH;
  return at;
}

function isAfter(seen: LastSeen, at: number, { id, timeMs }: Sighting): boolean {
  if (seen[at] !== timeMs) return seen[at]! > timeMs;
  return seen[at + 1] !== id.high ? seen[at + 1]! > id.high : seen[at + 2]! > id.low;
}

function expiredNumbers(seen: LastSeen, untilMs: number): number {
  let numbers = 0;
  while (numbers < seen.length && seen[numbers]! <= untilMs) numbers += ID_WIDTH;
  return numbers;
}
