import type { ModelIdentity } from '../decision.ts';

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
}
