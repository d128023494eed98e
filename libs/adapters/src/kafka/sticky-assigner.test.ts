import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { spread, type StickyMember } from './sticky-assigner.ts';

const member = (id: string, owned: number[] = [], ownedSinceMs = 0): StickyMember => ({ id, owned, ownedSinceMs });

/** Members that hold what `spread` gave them, and newcomers. */
function after(partitions: number, members: readonly StickyMember[]): StickyMember[] {
  return [...spread(partitions, members)].map(([id, owned]) => member(id, [...owned]));
}

const anyMembers = fc
  .uniqueArray(fc.string({ minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 8 })
  .chain((ids) =>
    fc.tuple(
      ...ids.map((id) =>
        fc.record({ id: fc.constant(id), owned: fc.array(fc.nat(40), { maxLength: 30 }), ownedSinceMs: fc.nat(3) }),
      ),
    ),
  );

describe('spreading partitions over members', () => {
  it('gives every partition to exactly one member, and nobody more than one more than anybody else', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), anyMembers, (partitions, members) => {
        const given = [...spread(partitions, members).values()];
        expect(given.flat().toSorted((a, b) => a - b)).toEqual(Array.from({ length: partitions }, (_, n) => n));
        const sizes = given.map(({ length }) => length);
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('changes nothing when nobody comes or goes, whatever the order of the members', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), anyMembers, (partitions, members) => {
        const settled = after(partitions, members);
        expect(spread(partitions, settled.toReversed())).toEqual(spread(partitions, settled));
        for (const { id, owned } of settled) expect(spread(partitions, settled).get(id)).toEqual(owned);
      }),
    );
  });

  it('moves no more than it must when one member comes or goes', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), anyMembers, (partitions, members) => {
        const settled = after(partitions, members);
        const moved = (next: readonly StickyMember[]): number => {
          const given = spread(partitions, next);
          return next.flatMap(({ id, owned }) => owned.filter((partition) => !given.get(id)!.includes(partition)))
            .length;
        };
        expect(moved([...settled, member('newcomer')])).toBe(Math.floor(partitions / (settled.length + 1)));
        expect(moved(settled.length > 1 ? settled.slice(1) : settled)).toBe(0);
      }),
    );
  });

  it('believes the later of two claims', () => {
    const given = spread(2, [member('a', [0, 1], 5), member('b', [1], 9)]);
    expect(given).toEqual(
      new Map([
        ['a', [0]],
        ['b', [1]],
      ]),
    );
  });
});
