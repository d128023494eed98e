import type { Invariant, Violation } from '#libs/core';

const LISTED_OF_A_KIND = 20;

/** Collects violations: counts all, keeps the first of each kind. */
export class Tally {
  readonly #byKind = new Map<string, { count: number; first: Violation[] }>();

  add(violations: readonly Violation[]): void {
    for (const violation of violations) {
      const kind = `${violation.invariant} ${violation.code}`;
      const found = this.#byKind.get(kind) ?? { count: 0, first: [] };
      this.#byKind.set(kind, found);
      found.count += 1;
      if (found.first.length < LISTED_OF_A_KIND) found.first.push(violation);
    }
  }

  get total(): number {
    return [...this.#byKind.values()].reduce((sum, { count }) => sum + count, 0);
  }

  /** By invariant, those that nothing violates included. */
  get byInvariant(): Readonly<Record<Invariant, number>> {
    const counts: Record<Invariant, number> = { I1: 0, I2: 0, I3: 0, I4: 0, I5: 0, I6: 0, I9: 0, I10: 0 };
    for (const { count, first } of this.#byKind.values()) counts[(first[0] as Violation).invariant] += count;
    return counts;
  }

  /** Kinds in order, with their counts and the first violations of each. */
  get kinds(): readonly { readonly kind: string; readonly count: number; readonly first: readonly Violation[] }[] {
    return [...this.#byKind]
      .map(([kind, found]) => ({ kind, ...found }))
      .toSorted((a, b) => (a.kind < b.kind ? -1 : 1));
  }
}
