import { selectRank } from './order-statistics.ts';

/** Eight buckets to each power of two: those of a float64's exponent and the first three bits of its fraction. */
const BUCKET_SHIFT = 17;
/** What those bits are of 1, less 1: below it there is only 0. */
const BELOW_ONE = (1023 << 3) - 1;
const BUCKETS = 1 + 8 * 53;

/**
 * Amounts of a window by rank, for use again. They are first told apart by magnitude, in buckets, so that only those of one bucket are compared: a
 * comparison that a processor cannot foresee costs as much as putting five amounts into their buckets.
 */
export class RankedAmounts {
  count = 0;
  #amounts = new Float64Array(512);
  #words = new Uint32Array(this.#amounts.buffer);
  #buckets = new Uint16Array(512);
  #selected = new Float64Array(512);
  readonly #sizes = new Uint16Array(BUCKETS);

  /** Room for the caller to put `count` amounts into, whole numbers from 0 to 2^53, before `take`. */
  room(count: number): Float64Array {
    if (count > this.#amounts.length) {
      this.#amounts = new Float64Array(2 * count);
      this.#words = new Uint32Array(this.#amounts.buffer);
      this.#buckets = new Uint16Array(2 * count);
      this.#selected = new Float64Array(2 * count);
    }
    return this.#amounts;
  }

  /** Ranks the first `count` amounts that lie in the room. */
  take(count: number): void {
    this.count = count;
    const words = this.#words;
    const buckets = this.#buckets;
    const sizes = this.#sizes.fill(0);
    for (let i = 0; i < count; i++) {
      const bucket = Math.max((words[2 * i + 1]! >>> BUCKET_SHIFT) - BELOW_ONE, 0);
      buckets[i] = bucket;
      sizes[bucket]!++;
    }
  }

  /** The amount of this rank, from 0 on. */
  at(rank: number): number {
    const { bucket, before } = this.#bucketOf(rank);
    let selected = 0;
    for (let i = 0; i < this.count; i++)
      if (this.#buckets[i] === bucket) this.#selected[selected++] = this.#amounts[i]!;
    selectRank(this.#selected, selected, rank - before);
    return this.#selected[rank - before]!;
  }

  /** The sum of the lowest `kept`, at least one. */
  sumOfLowest(kept: number): number {
    const { bucket, before } = this.#bucketOf(kept - 1);
    const amounts = this.#amounts;
    const buckets = this.#buckets;
    const selected = this.#selected;
    let size = 0;
    let sum = 0;
    for (let i = 0; i < this.count; i++) {
      if (buckets[i]! < bucket) sum += amounts[i]!;
      else if (buckets[i] === bucket) selected[size++] = amounts[i]!;
    }
    selectRank(selected, size, kept - 1 - before);
    for (let i = 0; i < kept - before; i++) sum += selected[i]!;
    return sum;
  }

  /** The bucket in which the amount of a rank lies, and how many lie in lower ones. */
  #bucketOf(rank: number): { bucket: number; before: number } {
    const sizes = this.#sizes;
    let bucket = 0;
    let before = 0;
    while (before + sizes[bucket]! <= rank) before += sizes[bucket++]!;
    return { bucket, before };
  }
}
