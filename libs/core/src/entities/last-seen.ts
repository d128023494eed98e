import type { Hash64 } from '../hash64.ts';

/**
 * Primitive S: ids and when each was seen last, at most as many as the cap says and none that was not seen for as long as the entity's longest window;
 * ordered by (time, id). It holds the ids seen last of all, whatever the order in which they came. A distinct count of a window is exact up to the cap
 * and stands at the cap when there are more; an id counts in the window in which it was seen *last*, so that a late question counts only those
 * that have not been seen again since.
 */
export interface LastSeen {
  readonly timesMs: Float64Array;
  readonly high: Uint32Array;
  readonly low: Uint32Array;
}

const NOBODY: LastSeen = { timesMs: new Float64Array(0), high: new Uint32Array(0), low: new Uint32Array(0) };

/** Nobody seen. */
export function emptyLastSeen(): LastSeen {
  return NOBODY;
}

/** `seen` after one more sighting, without ids not seen after `untilMs`. Costs a copy: at the cap of 256, 4 kB. */
export function withSighting(
  seen: LastSeen,
  { id, timeMs }: { readonly id: Hash64; readonly timeMs: number },
  { cap, untilMs }: { readonly cap: number; readonly untilMs: number },
): LastSeen {
  const known = indexOf(seen, id);
  const isNews = timeMs > untilMs && (known === -1 || timeMs > seen.timesMs[known]!);
  if (!isNews) return withoutExpiredIds(seen, untilMs);
  const ids = seen.timesMs.length + (known === -1 ? 1 : 0);
  const next = newLastSeen(ids);
  let into = 0;
  let isPlaced = false;
  for (let at = 0; at < seen.timesMs.length; at++) {
    if (at === known) continue;
    if (!isPlaced && isBefore({ id, timeMs }, seen, at)) {
      put(next, into++, { id, timeMs });
      isPlaced = true;
    }
    put(next, into++, { id: { high: seen.high[at]!, low: seen.low[at]! }, timeMs: seen.timesMs[at]! });
  }
  if (!isPlaced) put(next, into, { id, timeMs });
  return withoutFirst(next, Math.max(ids - cap, countUntil(next, untilMs)));
}

/** `seen` without ids not seen after `untilMs`. */
export function withoutExpiredIds(seen: LastSeen, untilMs: number): LastSeen {
  return withoutFirst(seen, countUntil(seen, untilMs));
}

/** How many ids were seen last in (t - windowMs, t]. */
export function distinctIn({ timesMs }: LastSeen, windowMs: number, timeMs: number): number {
  let count = 0;
  for (let at = timesMs.length - 1; at >= 0 && timesMs[at]! > timeMs - windowMs; at--) {
    if (timesMs[at]! <= timeMs) count++;
  }
  return count;
}

/** Columns for `ids` ids, all zero. */
export function newLastSeen(ids: number): LastSeen {
  return { timesMs: new Float64Array(ids), high: new Uint32Array(ids), low: new Uint32Array(ids) };
}

function indexOf({ high, low }: LastSeen, id: Hash64): number {
  for (let at = low.indexOf(id.low); at !== -1; at = low.indexOf(id.low, at + 1)) if (high[at] === id.high) return at;
  return -1;
}

function isBefore({ id, timeMs }: { id: Hash64; timeMs: number }, seen: LastSeen, at: number): boolean {
  if (timeMs !== seen.timesMs[at]) return timeMs < seen.timesMs[at]!;
  return id.high !== seen.high[at] ? id.high < seen.high[at]! : id.low < seen.low[at]!;
}

function put(seen: LastSeen, at: number, { id, timeMs }: { id: Hash64; timeMs: number }): void {
  seen.timesMs[at] = timeMs;
  seen.high[at] = id.high;
  seen.low[at] = id.low;
}

function countUntil({ timesMs }: LastSeen, untilMs: number): number {
  let count = 0;
  while (count < timesMs.length && timesMs[count]! <= untilMs) count++;
  return count;
}

function withoutFirst(seen: LastSeen, count: number): LastSeen {
  if (count <= 0) return seen;
  return { timesMs: seen.timesMs.slice(count), high: seen.high.slice(count), low: seen.low.slice(count) };
}
