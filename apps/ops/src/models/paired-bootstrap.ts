/** A difference with the interval that holds 95 % of its resamples. */
export interface Difference {
  readonly difference: number;
  readonly low: number;
  readonly high: number;
}

/** Two models' scores of the same rows. */
export interface PairedScores {
  readonly champion: Float64Array;
  readonly challenger: Float64Array;
  /** 1 for a fraud. */
  readonly frauds: Uint8Array;
}

/** What is measured of scores, with how often each row counts. `order` are the rows by falling score. */
export type Measure = (order: Uint32Array, scores: Float64Array, weights: Uint8Array) => number;

const RESAMPLES = 400;

/**
 * How much better the challenger is by `measure`, challenger - champion, and how sure that is: the rows are drawn anew `RESAMPLES` times, for both models the
 * same ones (each row counts Poisson(1) times, which is a bootstrap for many rows). Deterministic: the draws have a fixed seed.
 */
export function pairedDifference(
  { champion, challenger, frauds }: PairedScores,
  measure: (frauds: Uint8Array) => Measure,
): Difference {
  const measured = measure(frauds);
  const orders = [champion, challenger].map(fallingOrder) as [Uint32Array, Uint32Array];
  const differenceOf = (weights: Uint8Array): number =>
    measured(orders[1], challenger, weights) - measured(orders[0], champion, weights);
  const random = xorshift(0x9e3779b9);
  const weights = new Uint8Array(frauds.length);
  const resampled = Float64Array.from({ length: RESAMPLES }, () => {
    for (let row = 0; row < weights.length; row += 1) weights[row] = poisson1(random());
    return differenceOf(weights);
  }).toSorted();
  const at = (share: number): number => resampled[Math.floor(share * (RESAMPLES - 1))] as number;
  return { difference: differenceOf(weights.fill(1)), low: at(0.025), high: at(0.975) };
}

/** Average precision: the mean, over the frauds, of the share of frauds among the rows that score as high or higher. */
export const averagePrecision =
  (frauds: Uint8Array): Measure =>
  (order, scores, weights) => {
    let [rows, found, sum, group] = [0, 0, 0, 0];
    for (let at = 0; at < order.length; at += 1) {
      const row = order[at] as number;
      const weight = weights[row] as number;
      rows += weight;
      if (frauds[row] === 1) [found, group] = [found + weight, group + weight];
      // Equal scores are found together.
      const next = order[at + 1];
      if (next !== undefined && scores[next] === scores[row]) continue;
      if (group > 0) sum += (group * found) / rows;
      group = 0;
    }
    return found === 0 ? 0 : sum / found;
  };

/** The share of the frauds among the `budget` highest scores. */
export const recallWithin =
  (budget: number) =>
  (frauds: Uint8Array): Measure =>
  (order, _scores, weights) => {
    let [rows, caught, all] = [0, 0, 0];
    for (const row of order) {
      const weight = weights[row] as number;
      if (frauds[row] === 1) {
        all += weight;
        caught += Math.min(weight, Math.max(0, budget - rows));
      }
      rows += weight;
    }
    return all === 0 ? 0 : caught / all;
  };

/** Rows by falling score; equal scores in the order of the rows. */
export function fallingOrder(scores: Float64Array): Uint32Array {
  return Uint32Array.from(scores, (_, row) => row).sort(
    (a, b) => (scores[b] as number) - (scores[a] as number) || a - b,
  );
}

/** Uniform in [0, 1). */
function xorshift(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

const POISSON = [0.36787944, 0.73575888, 0.9196986, 0.98101184, 0.99634015, 0.99940582, 0.99991676];

function poisson1(uniform: number): number {
  const found = POISSON.findIndex((below) => uniform < below);
  return found === -1 ? POISSON.length : found;
}
