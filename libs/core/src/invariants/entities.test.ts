import { describe, expect, it } from 'vitest';
import { approved, payment } from '#libs/testkit';
import { entityName, entityPartition, type EntityRef } from '../entities/entity-ref.ts';
import { ClaimedEntities, claimViolations, entityViolations } from './entities.ts';
import { codesOf, hasher } from './scripted-partition.test-support.ts';

const EVENTS = Array.from({ length: 6 }, (_, i) =>
  approved(
    payment(`t${i}`, { account: `a${i % 2}`, second: i, terminal: `m${i % 3}`, beneficiary: `a${(i + 1) % 2}` }),
  ),
);

/** What two targets have after the first `applied` events of partition 1; partition 0 of the log is empty. */
function recordsAfter(applied: number): ReadonlyMap<string, Uint8Array>[] {
  const claims = [null, `${applied + 1}:1:${applied}:0`];
  const entities = new ClaimedEntities([0, 1].map(() => ({ claims, records: new Map() })), hasher); // prettier-ignore
  EVENTS.forEach((event, i) => entities.learn(event, { partition: 1, seq: i + 1 }));
  return [0, 1].map((target) => entities.recordsOf(target));
}

describe('the records of entities', () => {
  const terminal: EntityRef = { kind: 'terminal', key: hasher.text64('m1') };
  const target = entityPartition(terminal, 2);
  const name = entityName(terminal);
  const made = recordsAfter(6)[target]!;
  const codes = (stored: ReadonlyMap<string, Uint8Array>): string[] => codesOf(entityViolations(target, made, stored));

  it('are what the events up to the claims make, and nothing of later ones', () => {
    expect(made.has(name)).toBe(true);
    expect(codes(new Map(made))).toEqual([]);
    const [before, later] = [recordsAfter(4)[target]!, recordsAfter(5)[target]!];
    expect(before.get(name)).not.toEqual(later.get(name));
    expect(later.get(name)).toEqual(made.get(name));
    expect(recordsAfter(0)[target]!.size).toBe(0);
  });

  it('are wrong when one is missing, changed, cut off or of no event', () => {
    expect(codes(new Map([...made].filter(([one]) => one !== name)))).toEqual(['I10 entity_missing']);
    const record = made.get(name)!;
    const changed = record.with(record.length - 1, 255);
    expect(codes(new Map(made).set(name, changed))).toEqual(['I10 entity_differs']);
    expect(codes(new Map(made).set(name, record.slice(0, -1)))).toEqual(['I10 entity_differs']);
    expect(codes(new Map(made).set(name, Uint8Array.from([...record, 0])))).toEqual(['I10 entity_differs']);
    expect(codes(new Map(made).set('terminal:0000000000000000', record))).toEqual(['I10 entity_without_events']);
  });
});

describe('what a target claims to have of the log', () => {
  const mark = { input: null, timestampMs: 0, epoch: 1 };
  const marks = [
    { ...mark, kind: 'open' as const, seq: 0, offset: 0 },
    { ...mark, kind: 'event' as const, seq: 1, offset: 1 },
    { ...mark, kind: 'event' as const, seq: 2, offset: 4 },
  ];
  const codes = (claim: string | null | undefined, atRest: boolean, known = marks): string[] =>
    codesOf(claimViolations({ partition: 0, marks: known }, [claim], { atRest }));

  it('is a place in it, and at rest its end', () => {
    expect(codes('5:1:2:0', true)).toEqual([]);
    expect(codes('2:1:1:0', false)).toEqual([]);
    expect(codes('2:1:1:0', true)).toEqual(['I9 entities_behind']);
    expect(codes(null, false)).toEqual([]);
    expect(codes(null, true)).toEqual(['I9 entities_behind']);
    expect(codes(null, true, [])).toEqual([]);
    expect(codes(undefined, true)).toEqual([]);
  });

  it('is wrong when the log is another one', () => {
    for (const claim of ['3:1:1:0', '5:1:1:0', '5:2:2:0', '9:1:3:0', 'by hand']) {
      expect(codes(claim, false)).toEqual(['I10 claim_not_in_log']);
    }
  });
});
