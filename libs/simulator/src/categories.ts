import { runningSums } from './random.ts';

/** A kind of shop, by ISO 18245 merchant category code. */
export interface Category {
  readonly mcc: string;
  /** Median amount in euro, and its spread as the standard deviation of the logarithm. */
  readonly medianEuro: number;
  readonly sigma: number;
  /** Share of its merchants that sell online only. */
  readonly online: number;
  /** Share of all purchases. */
  readonly weight: number;
  /** How gladly a thief buys there: things that are easily turned into money. */
  readonly appeal: number;
}

const category = (
  mcc: string,
  [medianEuro, sigma]: readonly [number, number],
  online: number,
  [weight, appeal]: readonly [number, number],
): Category => ({
  mcc,
  medianEuro,
  sigma,
  online,
  weight,
  appeal,
});

/** Twenty-five kinds of shop that make up an ordinary card statement. */
export const CATEGORIES: readonly Category[] = [
  category('5411', [28, 0.7], 0.05, [24, 0.5]), // groceries
  category('5812', [24, 0.6], 0.02, [14, 0.2]), // restaurants
  category('5814', [9, 0.45], 0.1, [12, 0.1]), // fast food
  category('5541', [45, 0.4], 0, [6, 0.6]), // fuel
  category('5912', [15, 0.6], 0.1, [4, 0.2]), // pharmacies
  category('4111', [2.6, 0.3], 0.4, [8, 0.1]), // local transport
  category('5311', [48, 0.8], 0.3, [4, 1]), // department stores
  category('5651', [52, 0.7], 0.45, [5, 1]), // clothing
  category('5732', [140, 1], 0.55, [2.5, 5]), // electronics
  category('5944', [160, 0.9], 0.2, [0.6, 3]), // jewellery
  category('5999', [32, 0.9], 0.9, [6, 2]), // marketplaces
  category('5815', [6, 0.6], 1, [4, 0.5]), // digital media
  category('5816', [4.5, 0.7], 1, [2.5, 0.7]), // digital games
  category('4899', [11, 0.3], 1, [3, 0.1]), // streaming
  category('4814', [25, 0.5], 0.8, [2, 0.8]), // telecom
  category('7011', [130, 0.6], 0.5, [1, 0.7]), // hotels
  category('4511', [190, 0.7], 0.95, [0.7, 1.2]), // airlines
  category('7995', [25, 0.9], 1, [0.8, 1]), // gambling
  category('5947', [40, 0.7], 0.6, [1, 3]), // gift cards
  category('6051', [120, 1], 1, [0.6, 2]), // quasi cash
  category('8011', [60, 0.6], 0, [1, 0]), // doctors
  category('5712', [180, 0.9], 0.3, [0.6, 0.7]), // furniture
  category('7230', [28, 0.5], 0, [2, 0]), // hair and beauty
  category('5499', [4, 0.6], 0, [5, 0.1]), // convenience and vending
  category('7523', [4, 0.5], 0.4, [2.5, 0]), // parking
];

/** Weights of `CATEGORIES` as running sums. */
export const CATEGORY_SUMS = runningSums(CATEGORIES.map((entry) => entry.weight));
