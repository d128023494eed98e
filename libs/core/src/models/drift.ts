import { binOf, type BinnedValues, type ModelReference } from './model-reference.ts';
import { populationStability, totalOf } from './population-stability.ts';

/** How far values have moved from where they lay when the model was made. */
export interface Drift {
  /** Population stability index, NaN a bin of its own; NaN while nothing was counted. */
  readonly psi: number;
  /** What the index would hardly exceed (mean + 3 standard deviations) if nothing had moved, as both sides are samples. */
  readonly noise: number;
  /** Whether it has moved: above 0.25 and above the noise. */
  readonly hasMoved: boolean;
  readonly missingShare: number;
  readonly missingShareThen: number;
}

/** The same of all inputs of a model, and of its scores. */
export interface ModelDrift {
  /** Decisions that were counted. */
  readonly rows: number;
  /** In the order of the feature manifest. */
  readonly features: readonly Drift[];
  readonly score: Drift;
}

const GREATEST_PSI = 0.25;

/** Counts decisions' inputs and scores in the bins of a model's reference. */
export class DriftCounts {
  readonly #reference: ModelReference;
  readonly #features: readonly number[][];
  readonly #score: number[];
  #rows = 0;

  constructor(reference: ModelReference) {
    this.#reference = reference;
    this.#features = reference.features.map(emptyCounts);
    this.#score = emptyCounts(reference.score);
  }

  get rows(): number {
    return this.#rows;
  }

  /** Counts one decision; `vector` has as many inputs as the reference. */
  add(vector: Float32Array, probability: number): void {
    this.#rows += 1;
    const { features, score } = this.#reference;
    for (let place = 0; place < features.length; place += 1) {
      countOne(this.#features[place] as number[], (features[place] as BinnedValues).edges, vector[place] as number);
    }
    countOne(this.#score, score.edges, Math.fround(probability));
  }

  /** What the counts so far come to. */
  drift(): ModelDrift {
    const { features, score } = this.#reference;
    return {
      rows: this.#rows,
      features: features.map((binned, place) => driftOf(binned, this.#features[place] as number[])),
      score: driftOf(score, this.#score),
    };
  }
}

function countOne(counts: number[], edges: readonly number[], value: number): void {
  const bin = binOf(edges, value);
  counts[bin] = (counts[bin] as number) + 1;
}

function driftOf({ counts, missing }: BinnedValues, found: readonly number[]): Drift {
  const expected = [...counts, missing];
  const [rowsThen, rows] = [totalOf(expected), totalOf(found)];
  const psi = populationStability(expected, found);
  // Of two samples of one population the index times nm / (n + m) is about chi-squared, with as many degrees of freedom as bins but one.
  const freedom = expected.filter((count, bin) => count > 0 || (found[bin] ?? 0) > 0).length - 1;
  const noise = (1 / rowsThen + 1 / rows) * (freedom + 3 * Math.sqrt(2 * freedom));
  return {
    psi,
    noise,
    hasMoved: psi > GREATEST_PSI && psi > noise,
    missingShare: (found.at(-1) ?? 0) / rows,
    missingShareThen: missing / rowsThen,
  };
}

function emptyCounts({ counts }: BinnedValues): number[] {
  return Array.from({ length: counts.length + 1 }, () => 0);
}
