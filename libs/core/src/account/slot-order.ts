import type { EventColumns } from './event-columns.ts';

/** Numbers the slots of a key table in the order in which a log's rows first refer to them, whatever slots they happen to have. For use again. */
export class SlotOrder {
  /** Slots by number; the first is 0, the entry without keys. */
  order = new Uint16Array(64);
  count = 1;
  #numbers = new Uint16Array(64);

  /** Numbers the slots of one column of the log; the numbers are valid until the next call. */
  take({ first, end }: EventColumns, column: Uint16Array, slots: number): void {
    if (slots > this.order.length) {
      this.order = new Uint16Array(2 * slots);
      this.#numbers = new Uint16Array(2 * slots);
    }
    const { order } = this;
    const numbers = this.#numbers;
    numbers.fill(0, 0, slots);
    let count = 1;
    for (let row = first; row < end; row++) {
      const slot = column[row]!;
      if (slot === 0 || numbers[slot] !== 0) continue;
      numbers[slot] = count;
      order[count++] = slot;
    }
    this.count = count;
  }

  numberOf(slot: number): number {
    return this.#numbers[slot]!;
  }
}
