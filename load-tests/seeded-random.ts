/** Random numbers from a seed (mulberry32), so that a run's plan can be had again. */
export class SeededRandom {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** In [0, 1). */
  uniform(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** In [from, to). */
  between(from: number, to: number): number {
    return from + this.uniform() * (to - from);
  }

  /** Whole, in [0, count). */
  below(count: number): number {
    return Math.floor(this.uniform() * count);
  }

  chance(share: number): boolean {
    return this.uniform() < share;
  }

  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)] as T;
  }

  shuffled<T>(list: readonly T[]): T[] {
    return list
      .map((item) => ({ item, key: this.uniform() }))
      .toSorted((a, b) => a.key - b.key)
      .map(({ item }) => item);
  }
}
