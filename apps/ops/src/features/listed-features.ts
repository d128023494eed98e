import { DAY_MS, type Feature, FEATURES, HOUR_MS, MINUTE_MS } from '#libs/core';

/** The features in the order of the catalogue; their place in the vector is that of the manifest. */
export function listedFeatures(): readonly Feature[] {
  return FEATURES.toSorted((one, other) => one.catalogue - other.catalogue);
}

/** A window's length in words; '' where there is none. */
export function windowText(windowMs: number | null): string {
  if (windowMs === null) return '';
  const [unitMs, unit] =
    windowMs >= 2 * DAY_MS ? [DAY_MS, 'd'] : windowMs >= HOUR_MS ? [HOUR_MS, 'h'] : [MINUTE_MS, 'min'];
  return `${windowMs / unitMs} ${unit}`;
}
