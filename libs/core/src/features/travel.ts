import type { AccountEvent } from '../account/account-event.ts';
import type { EventColumns } from '../account/event-columns.ts';
import { NOWHERE, unpackPlace } from '../place.ts';
import { HOUR_MS, MINUTE_MS } from '../time.ts';
import type { Rows } from './log-windows.ts';

/** Mean radius of the earth (IUGG). */
const EARTH_RADIUS_KM = 6371.0088;
/** Faster than anything that carries a card; what is faster is one: two people. */
const FASTEST_KMH = 2000;
/** Clocks of terminals differ, and neighbouring points of the grid are half a kilometre apart. */
const SHORTEST_MS = MINUTE_MS;

/**
 * Speed in km/h from the place of the newest of `rows` that has one to that of the event; NaN when either has none. At most `FASTEST_KMH`; two events
 * less than a minute apart are taken to be a minute apart.
 */
export function speedFromLastPlace({ places, timesMs }: EventColumns, { from, to }: Rows, event: AccountEvent): number {
  if (event.place === NOWHERE) return NaN;
  let row = to - 1;
  while (row >= from && places[row] === NOWHERE) row--;
  if (row < from) return NaN;
  const hours = Math.max(event.eventTimeMs - timesMs[row]!, SHORTEST_MS) / HOUR_MS;
  return Math.min(distanceKm(places[row]!, event.place) / hours, FASTEST_KMH);
}

/** Great-circle distance of two packed places in km. Source: the haversine formula, Sinnott, Sky and Telescope 68(2), 1984. */
export function distanceKm(one: number, other: number): number {
  if (one === other) return 0;
  const a = unpackPlace(one);
  const b = unpackPlace(other);
  const north = Math.sin(radians(b.lat - a.lat) / 2);
  const east = Math.sin(radians(b.lon - a.lon) / 2);
  const chord = north * north + Math.cos(radians(a.lat)) * Math.cos(radians(b.lat)) * east * east;
  return 2 * EARTH_RADIUS_KM * Math.asin(Math.min(1, Math.sqrt(chord)));
}

function radians(degrees: number): number {
  return (degrees * Math.PI) / 180;
}
