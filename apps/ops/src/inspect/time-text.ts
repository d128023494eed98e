import { formatWireTime } from '#libs/contracts';

/** A time, or `none`. */
export function timeText(timeMs: number | null): string {
  return timeMs === null ? 'none' : formatWireTime(timeMs);
}
