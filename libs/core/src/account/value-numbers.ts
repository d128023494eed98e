/**
 * Numbers different values of up to 64 bits in the order in which they come. For use again: an open-addressing table whose places say in which round
 * they were filled.
 */
export class ValueNumbers {
  count = 0;
  #round = 0;
  #highs = new Uint32Array(64);
  #lows = new Uint32Array(64);
  #numbers = new Uint16Array(64);
  #rounds = new Uint32Array(64);

  /** Begins anew, with room for so many, at most 2^16. */
  clear(room: number): void {
    this.count = 0;
    this.#round = (this.#round + 1) >>> 0;
    if (this.#lows.length >= 2 * room && this.#round !== 0) return;
    const places = 2 ** Math.ceil(Math.log2(2 * Math.max(room, this.#lows.length / 2)));
    this.#highs = new Uint32Array(places);
    this.#lows = new Uint32Array(places);
    this.#numbers = new Uint16Array(places);
    this.#rounds = new Uint32Array(places);
    this.#round = 1;
  }

  /** The number of a value, from 0 on; `count` grows when it is new. */
  of(high: number, low: number): number {
    const mask = this.#lows.length - 1;
    const round = this.#round;
    let place = Math.imul(high ^ low, 0x9e3779b1) >>> 0;
    for (place = (place ^ (place >>> 15)) & mask; this.#rounds[place] === round; place = (place + 1) & mask) {
      if (this.#lows[place] === low && this.#highs[place] === high) return this.#numbers[place]!;
    }
    this.#highs[place] = high;
    this.#lows[place] = low;
    this.#rounds[place] = round;
    return (this.#numbers[place] = this.count++);
  }
}
