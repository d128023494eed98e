/** Unreadable records that a partition may always have among its last ones, however few those are. */
export const INVALID_ALLOWED = 100;

/** How many of the last records were invalid, when that is too many. */
export interface Excess {
  readonly invalid: number;
  readonly of: number;
}

/**
 * Whether too large a share of an input partition's last records is invalid: then it is not single records that are broken, but a producer or this
 * program. Counts records and no time, so that the same input is always judged alike.
 */
export class InvalidLimiter {
  readonly #percent: number;
  readonly #window: Uint8Array;
  #seen = 0;
  #invalid = 0;

  constructor(limits: { readonly invalidPercent: number; readonly invalidWindowRecords: number }) {
    this.#percent = limits.invalidPercent;
    this.#window = new Uint8Array(limits.invalidWindowRecords);
  }

  /** Takes in the next records, true for an invalid one; or, when there would be too many, takes in none of them and says how many. */
  take(invalid: readonly boolean[]): Excess | null {
    const before = {
      seen: this.#seen,
      invalid: this.#invalid,
      window: invalid.includes(true) ? this.#window.slice() : null,
    };
    let worst: Excess | null = null;
    for (const isInvalid of invalid) {
      this.#take(isInvalid);
      worst ??= this.#excess();
    }
    if (worst === null || before.window === null) return null;
    this.#seen = before.seen;
    this.#invalid = before.invalid;
    this.#window.set(before.window);
    return worst;
  }

  #take(isInvalid: boolean): void {
    const at = this.#seen % this.#window.length;
    const leaving = this.#window[at] ?? 0;
    this.#window[at] = isInvalid ? 1 : 0;
    this.#invalid += (isInvalid ? 1 : 0) - leaving;
    this.#seen += 1;
  }

  #excess(): Excess | null {
    const of = Math.min(this.#seen, this.#window.length);
    const isTooMany = this.#invalid >= INVALID_ALLOWED && this.#invalid * 100 > this.#percent * of;
    return isTooMany ? { invalid: this.#invalid, of } : null;
  }
}
