/**
 * Why a model gave the probability that it gave, in log-odds: `bias` + the sum of `contributions` are the log-odds of that probability.
 * Contributions stand in the order of the vector and are float32, as they are recorded.
 */
export interface Explanation {
  /** The log-odds of a transaction of which nothing is known. */
  readonly bias: number;
  readonly contributions: Float32Array;
}
