import type { Explanation } from './explanation.ts';
import { LeafPaths } from './leaf-paths.ts';
import type { TreeEnsemble } from './tree-ensemble.ts';

/**
 * Exact Shapley values of the inputs of a tree ensemble, as TreeSHAP defines them (Lundberg et al. 2020, path-dependent: an input that is not known
 * goes down both branches, in the proportion of the training data). They add up to the margin.
 *
 * A leaf is a product game: with the inputs S known, it gives its value times one factor an input on its path: 1 or 0 whether a known input leads to the
 * leaf, else the share of the data that took the path's branches. So a leaf of m inputs takes m^2 steps: the polynomial P(y) = prod(share_j + on_j y)
 * has the sum over all S of one size as a coefficient, and without input i it is P / (share_i + y). Inputs that lead away all have the same value.
 */
export class TreeExplainer {
  readonly #ensemble: TreeEnsemble;
  readonly #leaves: LeafPaths;
  /** weights[m][k] = k! (m - 1 - k)! / m! of a coalition of k among m inputs. */
  readonly #weights: readonly Float64Array[];
  readonly #on: Uint8Array;
  readonly #product: Float64Array;
  readonly #sums: Float64Array;

  constructor(ensemble: TreeEnsemble) {
    this.#ensemble = ensemble;
    this.#leaves = LeafPaths.of(ensemble.trees);
    const { longest } = this.#leaves;
    this.#weights = Array.from({ length: longest + 1 }, (_, inputs) => coalitionWeights(inputs));
    this.#on = new Uint8Array(longest);
    this.#product = new Float64Array(longest + 1);
    this.#sums = new Float64Array(ensemble.featureCount);
  }

  /** The explanation of one vector's log-odds. Takes no other memory than its result. */
  explain(vector: Float32Array): Explanation {
    const { scale, offset } = this.#ensemble;
    const { count, values, expected } = this.#leaves;
    const sums = this.#sums.fill(0);
    for (let leaf = 0; leaf < count; leaf++) this.#addLeaf(leaf, values[leaf] as number, vector);
    return { bias: scale * expected + offset, contributions: Float32Array.from(sums, (sum) => scale * sum) };
  }

  #addLeaf(leaf: number, value: number, vector: Float32Array): void {
    const { starts, features, shares } = this.#leaves;
    const from = starts[leaf] as number;
    const inputs = (starts[leaf + 1] as number) - from;
    const known = this.#multiply(from, inputs, vector);
    const weights = this.#weights[inputs] as Float64Array;
    let awaySum = 0;
    for (let k = 0; k <= known && k < inputs; k++) awaySum += (weights[k] as number) * (this.#product[k] as number);
    const away = -value * awaySum;
    for (let i = 0; i < inputs; i++) {
      const share = shares[from + i] as number;
      const part = this.#on[i] === 1 ? value * (1 - share) * this.#without(share, known, weights) : away;
      this.#sums[features[from + i] as number] = (this.#sums[features[from + i] as number] as number) + part;
    }
  }

  /** Sets `on` and the coefficients of P, and returns its degree: the number of inputs that lead to the leaf. */
  #multiply(from: number, inputs: number, vector: Float32Array): number {
    const { features, shares, lows, highs, takesMissing } = this.#leaves;
    const product = this.#product;
    product[0] = 1;
    let degree = 0;
    for (let i = 0; i < inputs; i++) {
      const at = from + i;
      // An infinity is beyond all thresholds as the largest number is, and not beyond "no threshold".
      const x = Math.min(vector[features[at] as number] as number, Number.MAX_VALUE);
      const on = Number.isNaN(x) ? takesMissing[at] === 1 : x >= (lows[at] as number) && x < (highs[at] as number);
      const share = shares[at] as number;
      this.#on[i] = on ? 1 : 0;
      if (on) product[degree + 1] = product[degree] as number;
      for (let k = degree; k > 0; k--) {
        product[k] = share * (product[k] as number) + (on ? (product[k - 1] as number) : 0);
      }
      product[0] = share * product[0];
      if (on) degree += 1;
    }
    return degree;
  }

  /** The weighted sum of the coefficients of P / (share + y). From the highest down: as share <= 1, no error grows. */
  #without(share: number, degree: number, weights: Float64Array): number {
    let coefficient = 0;
    let sum = 0;
    for (let k = degree; k > 0; k--) {
      coefficient = (this.#product[k] as number) - share * coefficient;
      sum += (weights[k - 1] as number) * coefficient;
    }
    return sum;
  }
}

function coalitionWeights(inputs: number): Float64Array {
  const weights = new Float64Array(inputs);
  if (inputs === 0) return weights;
  weights[0] = 1 / inputs;
  for (let k = 1; k < inputs; k++) weights[k] = ((weights[k - 1] as number) * k) / (inputs - k);
  return weights;
}
