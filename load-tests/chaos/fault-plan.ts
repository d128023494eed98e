import { SeededRandom } from '../seeded-random.ts';

/** A fault, when it is to happen, and the seed of what it draws itself: how much, how long, whom. */
export interface PlannedFault<Name extends string = string> {
  readonly name: Name;
  /** After the first transaction. */
  readonly atSeconds: number;
  readonly seed: number;
}

/** Before the first fault, so that there is something to break, and behind the last, so that it is seen to pass under load. */
const LEAD_SECONDS = 6;
const TAIL_SECONDS = 12;
/** So many begin while what the one before it has broken is likely to be still recovering. */
const OVERLAPPING_SHARE = 0.2;

/** `count` names, each as often as its share of the weights has it, to the nearest. */
export function deckOf<Name extends string>(
  weights: Readonly<Partial<Record<Name, number>>>,
  count: number,
): readonly Name[] {
  const entries = Object.entries(weights) as [Name, number][];
  const total = entries.reduce((sum, [, weight]) => sum + weight, 0);
  const shares = entries.map(([name, weight]) => ({ name, share: (count * weight) / total }));
  const deck = shares.flatMap(({ name, share }) => Array.from({ length: Math.floor(share) }, () => name));
  const byRest = shares.toSorted((a, b) => (b.share % 1) - (a.share % 1));
  return [...deck, ...byRest.map(({ name }) => name)].slice(0, count);
}

/**
 * All of `deck` within `seconds`, in an order and at distances that the seed decides: spread evenly, so that most faults are over before the next, but
 * a fifth of them soon after the one before.
 */
export function planFaults<Name extends string>(
  deck: readonly Name[],
  { seconds, seed }: { readonly seconds: number; readonly seed: number },
): readonly PlannedFault<Name>[] {
  const random = new SeededRandom(seed);
  const drawn = random.shuffled(deck).map((name, nth) => ({
    name,
    overlaps: nth > 0 && random.chance(OVERLAPPING_SHARE),
    jitter: random.uniform(),
    seed: random.below(2 ** 31),
  }));
  const slots = drawn.filter(({ overlaps }) => !overlaps).length;
  const slotSeconds = (seconds - LEAD_SECONDS - TAIL_SECONDS) / Math.max(1, slots);
  let slot = -1;
  let atSeconds = 0;
  return drawn.map(({ name, overlaps, jitter, seed: ownSeed }) => {
    if (!overlaps) slot += 1;
    atSeconds = overlaps ? atSeconds + 0.5 + 4 * jitter : LEAD_SECONDS + slotSeconds * (slot + 0.3 * jitter);
    return { name, atSeconds, seed: ownSeed };
  });
}
