import { createHasher, type Hasher, type Identity } from '#libs/core';

/**
 * Which genuine transactions a training set keeps: a share `rate` of them, by a hash under `seed` of the identity, so that neither the order of a history nor
 * what else it holds makes a difference, and what a lower rate keeps a higher one keeps too.
 */
export class NegativeSampling {
  readonly seed: number;
  readonly rate: number;
  readonly #hasher: Hasher;

  /** `rate`: above 0, at most 1. */
  constructor(seed: number, rate: number) {
    this.seed = seed;
    this.rate = rate;
    const key = new Uint8Array(16);
    new DataView(key.buffer).setFloat64(0, seed);
    this.#hasher = createHasher(key);
  }

  /** How many genuine transactions one that is kept stands for. */
  get weight(): number {
    return 1 / this.rate;
  }

  keeps(identity: Identity): boolean {
    const { high, low } = this.#hasher.identity(identity);
    return (high * 2 ** 21 + (low >>> 11)) / 2 ** 53 < this.rate;
  }
}
