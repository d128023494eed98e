import { expect, it } from 'vitest';
import { C1, record, T1, updateOf, write, type EntityStoreSubject } from './entity-store-subject.ts';

/** That an update which does not fit what is there writes nothing, and says why. */
export function refusalTests({ store, everything }: EntityStoreSubject): void {
  const moved = [
    { found: 'nothing', expected: '1:1:1:0', position: null },
    { found: 'an older position', expected: '2:1:2:0', position: '1:1:1:0' },
    { found: 'a newer position', expected: '1:1:1:0', position: '2:1:2:0' },
    { found: 'a position where none is expected', expected: null, position: '1:1:1:0' },
  ];
  it.each(moved)('writes nothing and says what it found: $found', async ({ expected, position }) => {
    if (position !== null) {
      await store().apply(updateOf({ sources: [{ source: 1, expected: null, next: position }] }));
    }
    const before = await everything();
    const sources = [
      { source: 0, expected: null, next: '7:1:7:0' },
      { source: 1, expected, next: '9:1:9:0' },
    ];
    const result = await store().apply(updateOf({ sources, records: [write(T1, null, record('t1'))] }));
    expect(result).toEqual({ status: 'moved', found: new Map([[1, position]]) });
    expect(await everything()).toEqual(before);
  });

  it('names every source that moved', async () => {
    await store().apply(updateOf({}));
    const sources = [0, 1, 2].map((source) => ({ source, expected: source === 1 ? null : '8:1:8:0', next: '9:1:9:0' }));
    const found = new Map([
      [0, '1:1:1:0'],
      [2, null],
    ]);
    expect(await store().apply(updateOf({ sources }))).toEqual({ status: 'moved', found });
  });

  it('says that a source moved before it looks at the records', async () => {
    const records = [write(T1, record('other'), record('t1'))];
    const sources = [{ source: 0, expected: '3:1:3:0', next: '4:1:4:0' }];
    expect(await store().apply(updateOf({ sources, records }))).toMatchObject({ status: 'moved' });
  });

  it.each([
    { change: 'another record', loaded: record('t0'), found: record('t1') },
    { change: 'the same beginning in another length', loaded: record('t1', 40), found: record('t1', 44) },
    { change: 'a record that is no more', loaded: record('t1'), found: null },
    { change: 'a record where there was none', loaded: null, found: record('t1') },
  ])('writes nothing and says which records changed: $change', async ({ loaded, found }) => {
    const first = [write(C1, null, record('c1')), ...(found === null ? [] : [write(T1, null, found)])];
    await store().apply(updateOf({ records: first }));
    const before = await everything();
    const sources = [{ source: 0, expected: '1:1:1:0', next: '2:1:2:0' }];
    const records = [write(C1, record('c1'), record('c2')), write(T1, loaded, record('t2'))];
    const result = await store().apply(updateOf({ sources, records }));
    expect(result).toMatchObject({ status: 'changed', changed: [{ kind: T1.kind, key: T1.key }] });
    expect(await everything()).toEqual(before);
  });
}
