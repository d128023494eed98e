const LATITUDE_STEPS = 0x7fff;
const LONGITUDE_STEPS = 0xffff;

/** No place. */
export const NOWHERE = 0;

/** A place on a grid of about half a kilometre (180 and 360 degrees in 2^15 - 1 and 2^16 - 1 steps), in 31 bits; never `NOWHERE`. */
export function packPlace({ lat, lon }: { readonly lat: number; readonly lon: number }): number {
  const north = Math.round(((lat + 90) / 180) * LATITUDE_STEPS);
  const east = Math.round(((lon + 180) / 360) * LONGITUDE_STEPS);
  return 1 + north * (LONGITUDE_STEPS + 1) + east;
}

/** The grid point of a packed place, in degrees. */
export function unpackPlace(packed: number): { lat: number; lon: number } {
  const north = Math.floor((packed - 1) / (LONGITUDE_STEPS + 1));
  const east = (packed - 1) % (LONGITUDE_STEPS + 1);
  return { lat: (north / LATITUDE_STEPS) * 180 - 90, lon: (east / LONGITUDE_STEPS) * 360 - 180 };
}
