import type { ModelIdentity } from '../decision.ts';
import type { Explanation } from '../explain/explanation.ts';

/** A loaded and verified model. */
export interface Model {
  readonly identity: ModelIdentity;
  /** Hex SHA-256 of the feature manifest that it was trained on. */
  readonly featureSet: string;
  /**
   * Probabilities of fraud for `rows` vectors laid end to end, calibrated; not finite where the model failed on a row.
   * The same vector gives the same probability at any batch size. Throws `TransientFault` when the model cannot run.
   */
  score(vectors: Float32Array, rows: number): Promise<Float32Array>;
  /**
   * Why one vector has the probability that it has; null when no explanation adds up to it. Milliseconds of work: for decisions that a person will ask
   * about. Throws `TransientFault` when the model cannot run.
   */
  explain(vector: Float32Array): Promise<Explanation | null>;
}
