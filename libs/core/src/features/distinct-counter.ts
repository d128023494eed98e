/** Counts different numbers of 32 bits but 0, which stands for "none". For use again: an open-addressing table whose places say in which round they were filled. */
export class DistinctCounter {
  count = 0;
  #round = 0;
  #values = new Uint32Array(64);
  #rounds = new Uint32Array(64);

  /** Begins anew, with room for so many. */
  clear(room: number): void {
    this.count = 0;
    this.#round = (this.#round + 1) >>> 0;
    if (this.#values.length >= 2 * room && this.#round !== 0) return;
    const places = 2 ** Math.ceil(Math.log2(2 * Math.max(room, this.#values.length / 2)));
    this.#values = new Uint32Array(places);
    this.#rounds = new Uint32Array(places);
    this.#round = 1;
  }

  add(value: number): void {
    if (value === 0) return;
    const values = this.#values;
    const rounds = this.#rounds;
    const mask = values.length - 1;
    let place = Math.imul(value, 0x9e3779b1) >>> 0;
    for (place = (place ^ (place >>> 15)) & mask; rounds[place] === this.#round; place = (place + 1) & mask) {
      if (values[place] === value) return;
    }
    values[place] = value;
    rounds[place] = this.#round;
    this.count++;
  }
}
