import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ENTITY_KINDS, entityPartition } from '#libs/core';
import { refusalTests } from './entity-store-refusal-tests.ts';
import {
  C1,
  CONTRACT_TARGETS,
  entity,
  type EntityStoreSubject,
  type EntityStoreUnderTest,
  record,
  subjectOver,
  T1,
  T2,
  updateOf,
  write,
} from './entity-store-subject.ts';

/** What every entity store does, for scoring (`EntityReader`) and for the updater. */
export function entityStoreContract(name: string, makeStore: () => Promise<EntityStoreUnderTest>): void {
  describe(`${name}, as a store of entities`, () => {
    let made: EntityStoreUnderTest;
    beforeAll(async () => {
      made = await makeStore();
    });
    beforeEach(() => made.restore());
    afterAll(() => made?.close());
    const subject = subjectOver(() => made);
    describe('reading', () => {
      readingTests(subject);
    });
    describe('an update', () => {
      updateTests(subject);
    });
    describe('an update that is refused', () => {
      refusalTests(subject);
    });
    describe('going back', () => {
      fallBackTests(subject);
    });
  });
}

function readingTests({ store, texts }: EntityStoreSubject): void {
  it('finds nothing where nothing was written', async () => {
    expect(await store().load([T1, C1, T1])).toEqual([null, null, null]);
    expect(await store().load([])).toEqual([]);
    expect(await store().positions([0, 3], [1, 2])).toEqual([
      [null, null],
      [null, null],
    ]);
    expect(await store().positions([0, 1], [])).toEqual([[], []]);
    expect(await store().positions([], [0])).toEqual([]);
  });

  it('gives records of several partitions in the order asked, one as often as it is asked for', async () => {
    expect([T1, C1, T2].map((one) => entityPartition(one, CONTRACT_TARGETS))).toEqual([1, 1, 2]);
    await store().apply(updateOf({ records: [write(T1, null, record('t1')), write(C1, null, record('c1'))] }));
    await store().apply(updateOf({ target: 2, records: [write(T2, null, record('t2'))] }));
    const none = entity('device', 3, 1);
    expect(await texts(T2, T1, none, C1, T2, T1)).toEqual(['t2', 't1', null, 'c1', 't2', 't1']);
  });

  it('keeps kinds and both halves of a key apart', async () => {
    const all = ENTITY_KINDS.flatMap((kind) => [
      { kind, key: { high: 0x10, low: 0x1 } },
      { kind, key: { high: 0x1, low: 0x10 } },
      { kind, key: { high: 0x100, low: 0 } },
    ]);
    for (const [i, one] of all.entries()) {
      const target = entityPartition(one, CONTRACT_TARGETS);
      const [[expected = null] = []] = await store().positions([target], [0]);
      const sources = [{ source: 0, expected, next: `${i + 1}:1:1:0` }];
      const result = await store().apply({ target, sources, records: [write(one, null, record(`r${i}`))] });
      expect(result).toEqual({ status: 'applied' });
    }
    expect(await texts(...all)).toEqual(all.map((_, i) => `r${i}`));
  });

  it('gives bytes as they were written, and that nobody can change afterwards', async () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, i) => i);
    await store().apply(updateOf({ records: [write(T1, null, bytes)] }));
    bytes.fill(7);
    const [first] = await store().load([T1]);
    expect([...(first ?? [])]).toEqual(Array.from({ length: 256 }, (_, i) => i));
    first?.fill(7);
    expect((await store().load([T1]))[0]?.[3]).toBe(3);
  });
}

function updateTests({ store, texts }: EntityStoreSubject): void {
  it('writes records and the positions of several sources, each in its own target', async () => {
    const sources = [
      { source: 0, expected: null, next: '5:1:3:0' },
      { source: 2, expected: null, next: '9:2:7:4' },
    ];
    const records = [write(T1, null, record('t1')), write(C1, null, record('c1'))];
    expect(await store().apply(updateOf({ sources, records }))).toEqual({ status: 'applied' });
    expect(await texts(T1, C1)).toEqual(['t1', 'c1']);
    expect(await store().positions([0, 1], [0, 1, 2])).toEqual([
      [null, null, null],
      ['5:1:3:0', null, '9:2:7:4'],
    ]);
  });

  it('moves positions alone where the events concern nothing', async () => {
    expect(await store().apply(updateOf({}))).toEqual({ status: 'applied' });
    const sources = [{ source: 0, expected: '1:1:1:0', next: '2:1:2:0' }];
    expect(await store().apply(updateOf({ sources }))).toEqual({ status: 'applied' });
    expect(await store().positions([1], [0])).toEqual([['2:1:2:0']]);
  });

  it('compares a position that is to stay where it is, written or not', async () => {
    await store().apply(updateOf({}));
    const [stays, none] = [{ source: 0, expected: '1:1:1:0', next: null }, { source: 2, expected: null, next: null }]; // prettier-ignore
    const sources = [stays, none, { source: 1, expected: null, next: '3:1:2:0' }];
    const records = [write(T1, null, record('one'))];
    expect(await store().apply(updateOf({ sources, records }))).toEqual({ status: 'applied' });
    expect(await store().positions([1], [0, 1, 2])).toEqual([['1:1:1:0', '3:1:2:0', null]]);
    const over = [write(T1, record('one'), record('two'))];
    expect(await store().apply(updateOf({ sources: [stays, none], records: over }))).toEqual({ status: 'applied' });
    const moved = [stays, { ...none, source: 1 }];
    const found = new Map([[1, '3:1:2:0']]);
    expect(await store().apply(updateOf({ sources: moved, records: [] }))).toEqual({ status: 'moved', found });
    expect(await texts(T1)).toEqual(['two']);
  });

  it('writes over a record that is as it was loaded, shorter or longer', async () => {
    await store().apply(updateOf({ records: [write(T1, null, record('one', 80))] }));
    for (const [i, length] of [8, 2_000, 40].entries()) {
      const [loaded = null] = await store().load([T1]);
      const sources = [{ source: 0, expected: `${i + 1}:1:1:0`, next: `${i + 2}:1:1:0` }];
      const records = [write(T1, loaded, record(`r${i}`, length))];
      expect(await store().apply(updateOf({ sources, records }))).toEqual({ status: 'applied' });
      expect([...((await store().load([T1]))[0] ?? [])]).toEqual([...record(`r${i}`, length)]);
    }
  });

  it('takes a thousand records at once', async () => {
    const records = Array.from({ length: 1_000 }, (_, i) => write(entity('ip', 1, i), null, record(`r${i}`)));
    expect(await store().apply(updateOf({ records }))).toEqual({ status: 'applied' });
    expect(await texts(entity('ip', 1, 0), entity('ip', 1, 999))).toEqual(['r0', 'r999']);
  });
}

function fallBackTests({ store, made, everything }: EntityStoreSubject): void {
  it('is where it was, records and positions together', async () => {
    await store().apply(updateOf({ records: [write(T1, null, record('one'))] }));
    const [then, before] = [await made().snapshot(), await everything()];
    const sources = [{ source: 0, expected: '1:1:1:0', next: '2:1:2:0' }];
    await store().apply(updateOf({ sources, records: [write(T1, record('one'), record('two'))] }));
    await made().restore(then);
    expect(await everything()).toEqual(before);
    const late = updateOf({ sources: [{ source: 0, expected: '2:1:2:0', next: '3:1:3:0' }] });
    expect(await store().apply(late)).toEqual({ status: 'moved', found: new Map([[0, '1:1:1:0']]) });
  });

  it('takes an update again that was made from what is there again', async () => {
    await store().apply(updateOf({ records: [write(T1, null, record('one'))] }));
    const then = await made().snapshot();
    const sources = [{ source: 0, expected: '1:1:1:0', next: '2:1:2:0' }];
    const update = updateOf({ sources, records: [write(T1, record('one'), record('two'))] });
    await store().apply(update);
    const after = await everything();
    await made().restore(then);
    expect(await store().apply(update)).toEqual({ status: 'applied' });
    expect(await everything()).toEqual(after);
  });
}
