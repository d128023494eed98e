import { binOf, type BinnedValues, type ModelReference } from './model-reference.ts';
import { populationStability } from './population-stability.ts';

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

const GREATEST_PSI = 0.25;

/** Counts decisions' inputs and scores in the bins of a model's reference. */
export class DriftCounts {
  readonly #reference: ModelReference;
  readonly #features: readonly Float64Array[];
  readonly #score: Float64Array;
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
    for (const [place, { edges }] of features.entries()) {
      const counts = this.#features[place] as Float64Array;
      const bin = binOf(edges, vector[place] as number);
      counts[bin] = (counts[bin] as number) + 1;
    }
    const bin = binOf(score.edges, Math.fround(probability));
    this.#score[bin] = (this.#score[bin] as number) + 1;
  }

  /** Of the input at `place` in the feature manifest. */
  feature(place: number): Drift {
    return driftOf(this.#reference.features[place] as BinnedValues, this.#features[place] as Float64Array);
  }

  get score(): Drift {
    return driftOf(this.#reference.score, this.#score);
  }
}

function driftOf({ counts, missing }: BinnedValues, found: Float64Array): Drift {
  const expected = [...counts, missing];
  const [rowsThen, rows] = [sum(expected), sum([...found])];
  const psi = populationStability(expected, [...found]);
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

function emptyCounts({ counts }: BinnedValues): Float64Array {
  return new Float64Array(counts.length + 1);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
