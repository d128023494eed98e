const TWO_PI = 2 * Math.PI;
const WARM_UP_ROUNDS = 12;

/** A bijection of 32-bit integers that scatters them (the finaliser of MurmurHash3). */
export function scatter32(value: number): number {
  let h = value >>> 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

function hashText(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return scatter32(h);
}

/** A source of pseudo-random numbers: sfc32 (Doty-Humphrey, PractRand). Everything drawn is a function of the stream's name and of the draws before. */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  constructor(a: number, b: number, c: number) {
    this.#a = a | 0;
    this.#b = b | 0;
    this.#c = c | 0;
    for (let i = 0; i < WARM_UP_ROUNDS; i += 1) this.uint32();
  }

  uint32(): number {
    const result = (this.#a + this.#b + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + result) | 0;
    return result >>> 0;
  }

  /** Uniform in (0, 1): never 0, so that its logarithm is finite. */
  uniform(): number {
    return (this.uint32() + 0.5) / 4294967296;
  }

  between(low: number, high: number): number {
    return low + (high - low) * this.uniform();
  }

  /** Uniform integer, 0 to `count` - 1. */
  below(count: number): number {
    return Math.floor(this.uniform() * count);
  }

  chance(probability: number): boolean {
    return this.uniform() < probability;
  }

  normal(): number {
    return Math.sqrt(-2 * Math.log(this.uniform())) * Math.cos(TWO_PI * this.uniform());
  }

  logNormal(median: number, sigma: number): number {
    return median * Math.exp(sigma * this.normal());
  }

  exponential(mean: number): number {
    return -mean * Math.log(this.uniform());
  }

  /** Knuth's product of uniforms; above a mean of 20 a rounded normal, which nobody can tell apart here. */
  poisson(mean: number): number {
    if (mean > 20) return Math.max(0, Math.round(mean + Math.sqrt(mean) * this.normal()));
    const limit = Math.exp(-mean);
    let count = 0;
    for (let product = this.uniform(); product > limit; product *= this.uniform()) count += 1;
    return count;
  }

  pick<T>(items: readonly T[]): T {
    const item = items[this.below(items.length)];
    if (item === undefined) throw new RangeError('pick from an empty list');
    return item;
  }

  /** Index drawn by weights given as running sums. */
  weighted(runningSums: ArrayLike<number>): number {
    const target = this.uniform() * (runningSums[runningSums.length - 1] ?? 0);
    let low = 0;
    let high = runningSums.length - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((runningSums[middle] ?? 0) <= target) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** Independent streams of one purpose, addressed by two integers: an account's day does not depend on what else was drawn before it. */
export class Streams {
  readonly #seed: number;
  readonly #purpose: number;

  constructor(seed: number, purpose: string) {
    this.#seed = scatter32(scatter32(seed) ^ Math.floor(seed / 4294967296));
    this.#purpose = hashText(purpose);
  }

  at(first: number, second = 0): Random {
    const a = scatter32(this.#seed ^ Math.imul(first + 1, 0x9e3779b1));
    const b = scatter32(this.#purpose ^ Math.imul(second + 1, 0x85ebca77));
    return new Random(a, b, scatter32(a ^ Math.imul(b, 0xc2b2ae3d)));
  }
}

/** Running sums of weights, for `Random.weighted`. */
export function runningSums(weights: readonly number[]): Float64Array {
  let sum = 0;
  return Float64Array.from(weights, (weight) => (sum += weight));
}
