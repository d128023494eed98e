interface Entry<T> {
  readonly timeMs: number;
  readonly order: number;
  readonly item: T;
}

const before = <T>(a: Entry<T>, b: Entry<T>): boolean =>
  a.timeMs < b.timeMs || (a.timeMs === b.timeMs && a.order < b.order);

/** Items by time, first in first out among equals: a binary heap. */
export class TimeQueue<T> {
  readonly #heap: Entry<T>[] = [];
  #pushed = 0;

  get size(): number {
    return this.#heap.length;
  }

  push(timeMs: number, item: T): void {
    const heap = this.#heap;
    const entry = { timeMs, order: (this.#pushed += 1), item };
    let place = heap.length;
    heap.push(entry);
    while (place > 0) {
      const parent = (place - 1) >> 1;
      const above = heap[parent] as Entry<T>;
      if (!before(entry, above)) break;
      heap[place] = above;
      place = parent;
    }
    heap[place] = entry;
  }

  /** Takes the first item whose time is not after `timeMs`. */
  takeDue(timeMs: number): T | undefined {
    const heap = this.#heap;
    const first = heap[0];
    if (first === undefined || first.timeMs > timeMs) return undefined;
    const last = heap.pop() as Entry<T>;
    if (heap.length > 0) this.#sink(last);
    return first.item;
  }

  #sink(entry: Entry<T>): void {
    const heap = this.#heap;
    let place = 0;
    for (;;) {
      let child = 2 * place + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && before(heap[child + 1] as Entry<T>, heap[child] as Entry<T>)) child += 1;
      if (!before(heap[child] as Entry<T>, entry)) break;
      heap[place] = heap[child] as Entry<T>;
      place = child;
    }
    heap[place] = entry;
  }
}
