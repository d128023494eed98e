import type { ReducerParameters } from '../event.ts';
import { assert, TransientFault } from '../faults.ts';
import { DAY_MS } from '../time.ts';

/** Rises when `reduce` or `amend` comes to do something else with the same events. */
export const REDUCER_VERSION = 2;

/** How far back the longest window reaches. */
export const LONGEST_WINDOW_MS = 60 * DAY_MS;

/** Throws `TransientFault` `newer_reducer` for parameters of a newer build. Events of older reducers are reduced as this one does. */
export function checkParameters({ version, allowedLatenessMs, logCap }: ReducerParameters): void {
  if (version > REDUCER_VERSION) {
    throw new TransientFault('newer_reducer', `an event needs reducer version ${version}`);
  }
  assert(logCap >= 1 && logCap <= 65_534, 'the cap of the log fits in its record');
  assert(allowedLatenessMs >= 0, 'lateness is not negative');
}

/** Event times at or before it lie in no window of a transaction that could still be accepted. */
export function reachableAfterMs(watermarkMs: number, { allowedLatenessMs }: ReducerParameters): number {
  return watermarkMs - allowedLatenessMs - LONGEST_WINDOW_MS;
}
