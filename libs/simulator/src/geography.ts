import { runningSums } from './random.ts';

/** A country as the simulation sees it: who lives there, what they pay with, when they are awake. */
export interface Country {
  readonly code: string;
  readonly currency: string;
  /** Minor units that buy what one euro buys. */
  readonly minorPerEuro: number;
  /** Fixed offset of local time; daylight saving is left out. */
  readonly utcOffsetHours: number;
  /** Share of the accounts that live there. */
  readonly weight: number;
  /** Latitude and longitude of the towns. */
  readonly cities: readonly (readonly [number, number])[];
}

const country = (
  code: string,
  money: readonly [string, number],
  [utcOffsetHours, weight]: readonly [number, number],
  cities: Country['cities'],
): Country => ({ code, currency: money[0], minorPerEuro: money[1], utcOffsetHours, weight, cities });

const EUR = ['EUR', 100] as const;

/** Spread over the time zones, so that the hour in UTC alone says little. */
export const COUNTRIES: readonly Country[] = [
  country(
    'DE',
    EUR,
    [1, 20],
    [
      [52.52, 13.4],
      [48.14, 11.58],
      [53.55, 9.99],
      [50.11, 8.68],
    ],
  ),
  country(
    'FR',
    EUR,
    [1, 13],
    [
      [48.86, 2.35],
      [45.76, 4.84],
      [43.3, 5.37],
    ],
  ),
  country(
    'ES',
    EUR,
    [1, 10],
    [
      [40.42, -3.7],
      [41.39, 2.17],
      [37.39, -5.99],
    ],
  ),
  country(
    'IT',
    EUR,
    [1, 9],
    [
      [41.9, 12.5],
      [45.46, 9.19],
      [40.85, 14.27],
    ],
  ),
  country(
    'NL',
    EUR,
    [1, 5],
    [
      [52.37, 4.9],
      [51.92, 4.48],
    ],
  ),
  country(
    'AT',
    EUR,
    [1, 3],
    [
      [48.21, 16.37],
      [47.07, 15.44],
    ],
  ),
  country(
    'PT',
    EUR,
    [0, 3],
    [
      [38.72, -9.14],
      [41.15, -8.61],
    ],
  ),
  country(
    'GB',
    ['GBP', 85],
    [0, 10],
    [
      [51.51, -0.13],
      [53.48, -2.24],
      [55.95, -3.19],
    ],
  ),
  country(
    'PL',
    ['PLN', 430],
    [1, 3],
    [
      [52.23, 21.01],
      [50.06, 19.94],
    ],
  ),
  country(
    'CH',
    ['CHF', 95],
    [1, 2],
    [
      [47.37, 8.54],
      [46.2, 6.14],
    ],
  ),
  country(
    'US',
    ['USD', 110],
    [-6, 12],
    [
      [40.71, -74.01],
      [41.88, -87.63],
      [34.05, -118.24],
    ],
  ),
  country(
    'AU',
    ['AUD', 165],
    [10, 5],
    [
      [-33.87, 151.21],
      [-37.81, 144.96],
    ],
  ),
  country('SG', ['SGD', 145], [8, 5], [[1.35, 103.82]]),
];

/** Weights of `COUNTRIES` as running sums. */
export const COUNTRY_SUMS = runningSums(COUNTRIES.map((entry) => entry.weight));
