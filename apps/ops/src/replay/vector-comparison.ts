import { ENTITY_FEATURES, FEATURES } from '#libs/core';

/** One input of a vector; null: missing. */
export interface DifferingInput {
  readonly feature: string;
  readonly recorded: number | null;
  readonly recomputed: number | null;
}

/** A recorded vector that is not what the account's state makes of it. */
export interface VectorDifference {
  readonly partition: number;
  readonly seq: number;
  readonly account_id: string;
  readonly transaction_id: string;
  readonly inputs: readonly DifferingInput[];
}

/** What comparing recorded vectors with recomputed ones came to. */
export interface ComparedVectors {
  readonly equal: number;
  readonly different: number;
  /** Of another feature set than this build's. */
  readonly not_compared: number;
  /** The first ones. */
  readonly differences: readonly VectorDifference[];
}

/** Of which decision a vector is. */
export type VectorOwner = Omit<VectorDifference, 'inputs'>;

const LISTED = 20;
const ofEntities: ReadonlySet<string> = new Set(ENTITY_FEATURES.map(({ name }) => name));

/** Places of the inputs that an account's state alone determines. */
export const ACCOUNT_INPUTS: readonly number[] = FEATURES.flatMap(({ name }, place) =>
  ofEntities.has(name) ? [] : [place],
);

/** Compares the account's part of recorded vectors, bit for bit, and counts. */
export class VectorComparison {
  readonly #featureSet: string;
  readonly #differences: VectorDifference[] = [];
  #equal = 0;
  #different = 0;
  #notCompared = 0;

  /** `featureSet`: of this build. */
  constructor(featureSet: string) {
    this.#featureSet = featureSet;
  }

  get result(): ComparedVectors {
    return {
      equal: this.#equal,
      different: this.#different,
      not_compared: this.#notCompared,
      differences: this.#differences,
    };
  }

  /**
   * The recomputed inputs of the account with the recorded ones of the other entities, which were as stale as the decision says; null when the
   * recorded vector is of another feature set.
   */
  compare(
    recorded: { readonly vector: Float32Array; readonly featureSet: string },
    recomputed: Float32Array,
    owner: VectorOwner,
  ): Float32Array | null {
    if (recorded.featureSet !== this.#featureSet || recorded.vector.length !== recomputed.length) {
      this.#notCompared += 1;
      return null;
    }
    const vector = recorded.vector.slice();
    const [recordedBits, recomputedBits] = [bitsOf(recorded.vector), bitsOf(recomputed)];
    const differing = ACCOUNT_INPUTS.filter((place) => recordedBits[place] !== recomputedBits[place]);
    for (const place of differing) vector[place] = recomputed[place] as number;
    if (differing.length === 0) this.#equal += 1;
    else this.#different += 1;
    if (differing.length > 0 && this.#differences.length < LISTED) {
      const inputs = differing.map((place) => ({
        feature: (FEATURES[place] as { name: string }).name,
        recorded: known(recorded.vector[place] as number),
        recomputed: known(recomputed[place] as number),
      }));
      this.#differences.push({ ...owner, inputs });
    }
    return vector;
  }
}

function bitsOf(vector: Float32Array): Uint32Array {
  return new Uint32Array(vector.buffer, vector.byteOffset, vector.length);
}

function known(value: number): number | null {
  return Number.isNaN(value) ? null : value;
}
