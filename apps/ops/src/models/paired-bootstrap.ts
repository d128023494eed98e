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

/** A model's scores with what their rows were. `order` are the rows by falling score. */
export interface RankedScores {
  readonly order: Uint32Array;
  readonly scores: Float64Array;
  /** 1 for a fraud. */
  readonly frauds: Uint8Array;
}

/** What is measured of scores, with how often each row counts. */
export type Measure = (ranked: RankedScores, weights: Uint8Array) => number;

const RESAMPLES = 400;

/**
 * How much better the challenger is by each measure, challenger - champion, and how sure that is: the rows are drawn anew `RESAMPLES` times, for all the
 * same ones (each row counts Poisson(1) times, which is a bootstrap for many rows). Deterministic: the draws have a fixed seed.
 */
export function pairedDifferences<Name extends string>(
  { champion, challenger, frauds }: PairedScores,
  measures: Readonly<Record<Name, Measure>>,
): Readonly<Record<Name, Difference>> {
  const [before, after] = [champion, challenger].map((scores) => ({ order: fallingOrder(scores), scores, frauds })) as [RankedScores, RankedScores]; // prettier-ignore
  const names = Object.keys(measures) as Name[];
  const differencesBy = (weights: Uint8Array): number[] =>
    names.map((name) => measures[name](after, weights) - measures[name](before, weights));
  const random = xorshift(0x9e3779b9);
  const weights = new Uint8Array(frauds.length);
  const resampled = Array.from({ length: RESAMPLES }, () => {
    for (let row = 0; row < weights.length; row += 1) weights[row] = poisson1(random());
    return differencesBy(weights);
  });
  const differences = differencesBy(weights.fill(1));
  const described = names.map((name, place): [Name, Difference] => {
    const sorted = Float64Array.from(resampled, (one) => one[place] as number).toSorted();
    const at = (share: number): number => sorted[Math.floor(share * (RESAMPLES - 1))] as number;
    return [name, { difference: differences[place] as number, low: at(0.025), high: at(0.975) }];
  });
  return Object.fromEntries(described) as Record<Name, Difference>;
}

/** Average precision: the mean, over the frauds, of the share of frauds among the rows that score as high or higher. */
export const averagePrecision: Measure = ({ order, scores, frauds }, weights) => {
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
  (budget: number): Measure =>
  ({ order, frauds }, weights) => {
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
