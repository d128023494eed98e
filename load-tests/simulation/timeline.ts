import type { Clock } from '#libs/core';
import type { SeededRandom } from '../seeded-random.ts';

/** Midnight at which every schedule begins. */
export const START_MS = Date.UTC(2026, 0, 2);

/** Whose code an event runs: a killed process runs nothing any more, a stopped one later. */
export interface Lane {
  readonly alive: boolean;
  readonly stoppedUntilMs: number;
}

/** The lane of servers and onlookers. */
export const ALWAYS: Lane = { alive: true, stoppedUntilMs: 0 };

interface Entry {
  atMs: number;
  readonly order: number;
  readonly lane: Lane | null;
  action: (() => void) | null;
}

/**
 * Virtual time. Events run one at a time in the order of their times; those of one time in the order that the seed gives. Between two of them everything runs
 * that the first one made ready, so that a schedule depends on its seed alone.
 */
export class Timeline {
  readonly #random: SeededRandom;
  readonly #heap: Entry[] = [];
  #nowMs = 0;
  #events = 0;

  constructor(random: SeededRandom) {
    this.#random = random;
  }

  /** Milliseconds since the beginning. */
  get nowMs(): number {
    return this.#nowMs;
  }

  /** Events that have run. */
  get events(): number {
    return this.#events;
  }

  /** Runs `action` after `delayMs`, on `lane` if its process lives by then; gives back how to call it off. */
  after(delayMs: number, lane: Lane | null, action: () => void): () => void {
    const entry: Entry = { atMs: this.#nowMs + Math.max(0, delayMs), order: this.#random.uniform(), lane, action };
    this.#push(entry);
    return () => {
      entry.action = null;
    };
  }

  /** Runs events until `done`, or until there is none before `untilMs`. */
  async run(done: () => boolean, untilMs: number): Promise<void> {
    while (!done()) {
      const entry = this.#pop();
      if (entry === undefined) return;
      if (entry.atMs > untilMs) return this.#push(entry);
      if (entry.action === null || entry.lane?.alive === false) continue;
      if (entry.lane !== null && entry.lane.stoppedUntilMs > entry.atMs) {
        entry.atMs = entry.lane.stoppedUntilMs;
        this.#push(entry);
        continue;
      }
      this.#nowMs = entry.atMs;
      this.#events += 1;
      entry.action();
      await settled();
    }
  }

  /** The clock of a process whose wall clock is `skewMs` ahead. */
  clock(lane: Lane, skewMs: number): Clock {
    return {
      nowMs: () => START_MS + skewMs + Math.floor(this.#nowMs),
      monotonicMs: () => this.#nowMs,
      random: () => this.#random.uniform(),
      sleep: (delayMs, signal) =>
        new Promise((resolve) => {
          if (signal?.stopped === true) return resolve();
          const callOff = this.after(delayMs, lane, () => {
            forget?.();
            resolve();
          });
          const forget = signal?.onStop(() => {
            callOff();
            resolve();
          });
        }),
    };
  }

  #push(entry: Entry): void {
    const heap = this.#heap;
    let at = heap.length;
    heap.push(entry);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!isBefore(entry, heap[parent] as Entry)) break;
      heap[at] = heap[parent] as Entry;
      at = parent;
    }
    heap[at] = entry;
  }

  #pop(): Entry | undefined {
    const heap = this.#heap;
    const [first] = heap;
    const last = heap.pop();
    if (last === undefined || first === last) return first;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1] as Entry, heap[child] as Entry)) child += 1;
      if (!isBefore(heap[child] as Entry, last)) break;
      heap[at] = heap[child] as Entry;
      at = child;
    }
    heap[at] = last;
    return first;
  }
}

function isBefore(a: Entry, b: Entry): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
}

/** Resolves when every promise that can go on without an event has: Node runs ticks only then. */
function settled(): Promise<void> {
  return new Promise((resolve) => process.nextTick(resolve));
}
