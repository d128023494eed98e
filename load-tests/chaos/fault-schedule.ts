import type { FaultName } from './faults.ts';

/** A fault and when it happens, as a share of the run. */
export interface PlannedFault {
  readonly name: FaultName;
  readonly at: number;
}

/** One of each of `names`, in an order and at distances that the seed decides, between a tenth and nine tenths of the run. */
export function planFaults(names: readonly FaultName[], seed: number): readonly PlannedFault[] {
  const random = seeded(seed);
  const shuffled = names.map((name) => ({ name, key: random() })).toSorted((a, b) => a.key - b.key);
  return shuffled.map(({ name }, i) => ({ name, at: 0.1 + (0.8 * (i + 0.6 * random())) / names.length }));
}

/** Mulberry32: a number in [0, 1) from 32 bits of state. */
function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
