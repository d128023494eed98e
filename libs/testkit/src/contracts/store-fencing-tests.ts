import { expect, it } from 'vitest';
import type { PartitionStore } from '#libs/core';
import { applied, commitOf, events, everything, type StoreSubject, write } from './store-subject.ts';

/** Every call that is home-checked, as somebody makes it who believes that the partition's home is `home`. */
const CALLS: Readonly<Record<string, (store: PartitionStore, p: number, home: string) => Promise<unknown>>> = {
  wipePage: (store, p, home) => store.wipePage(p, home, '0'),
  apply: (store, p, home) =>
    store.apply({
      partition: p,
      home,
      fromSeq: 2,
      toSeq: 3,
      epoch: 9,
      input: new Map([['t', 99]]),
      accounts: [applied('a', 3)],
    }),
  open: (store, p, home) =>
    store.open({ partition: p, home, epoch: 9, base: 9, position: '9:9:9:9', lowWatermarks: new Map([['t', 99]]) }),
  startTrimmed: (store, p, home) =>
    store.startTrimmed({ partition: p, home, request: 'none', seq: 9, epoch: 9, floorMs: 9 }),
  mend: (store, p, home) => store.mend(p, home, { accountId: 'a', made: null }),
  readOutbox: (store, p, home) => store.readOutbox(p, home, 0, 10),
  trim: (store, p, home) =>
    store.trim({
      partition: p,
      home,
      epoch: 9,
      publishedSeq: 2,
      position: '9:9:9:9',
      deadLetterSeq: 2,
      keepFromSeq: 2,
    }),
  raiseInput: (store, p, home) => store.raiseInput(p, home, 't', 99),
  close: (store, p, home) => store.close(p, home),
};

/** That nothing is done under a home that is no longer, or not on this server. */
export function fencingTests(subject: StoreSubject): void {
  const { state, partitions, fresh, opened, mark, restart } = subject;

  /** An opened partition with something of everything. */
  async function filled() {
    const { p, home } = await opened({ t: 1 });
    await state().commit(commitOf(p, home, { accounts: [write('a', null, 'A', { 3: 'o' })], events: events(2) }));
    return { p, home };
  }

  it.each(Object.keys(CALLS))('refuses %s under the home of somebody before, and says whose it is', async (call) => {
    const { p, home } = await filled();
    const { home: other } = await partitions().begin(p, 'other');
    const before = await everything(subject, p, ['a']);
    expect(await CALLS[call]?.(partitions(), p, home)).toEqual({ status: 'fenced', home: other, sameServer: true });
    expect(await everything(subject, p, ['a'])).toEqual(before);
    expect(await partitions().begin(p, 'then')).toMatchObject({ epoch: 1, seq: 2, position: '0:0:0:0' });
  });

  it.each(Object.keys(CALLS))('refuses %s where nobody has the partition', async (call) => {
    const p = fresh();
    const nobody = { status: 'fenced', home: null, sameServer: false };
    expect(await CALLS[call]?.(partitions(), p, 'closed:n:a:b')).toEqual(nobody);
    expect(await partitions().home(p)).toBeNull();
  });

  it('lets nobody go on after another server came up with everything: the home is there, its server is not', async () => {
    const kept = await Promise.all(Object.keys(CALLS).map(async (call) => ({ call, ...(await filled()) })));
    const committing = await filled();
    await restart();
    for (const { call, p, home } of kept) {
      const before = await everything(subject, p, ['a']);
      expect([call, await CALLS[call]?.(partitions(), p, home)]).toEqual([
        call,
        { status: 'fenced', home, sameServer: false },
      ]);
      expect(await everything(subject, p, ['a'])).toEqual(before);
    }
    expect(await state().commit(commitOf(committing.p, committing.home))).toEqual({ status: 'closed' });
    const begun = await partitions().begin(committing.p, 'n');
    expect(begun).toMatchObject({ previousHome: committing.home, seq: 2, epoch: 1 });
    expect(begun.home).not.toContain(committing.home.slice(0, 40));
  });

  it('is where it was when a server comes up without its last writes, and is as closed', async () => {
    const { p, home } = await filled();
    const earlier = await mark();
    await state().commit(commitOf(p, home, { accounts: [write('a', 2, 'later'), write('b', null)] }));
    await partitions().trim({
      partition: p,
      home,
      epoch: 1,
      publishedSeq: 3,
      position: 'x',
      deadLetterSeq: 3,
      keepFromSeq: 0,
    });
    await restart(earlier);
    const { accounts, overflow, ...found } = await everything(subject, p, ['a', 'b']);
    expect([accounts, overflow]).toEqual([
      [
        [2, 'A'],
        [null, null],
      ],
      ['o', null],
    ]);
    expect(found).toMatchObject({ home, seq: 2, published: 0, deadLetterSeq: 0, input: new Map([['t', 1]]) });
    expect(await state().commit(commitOf(p, home))).toEqual({ status: 'closed' });
    const opened2 = await partitions().begin(p, 'n');
    const read = await partitions().readOutbox(p, opened2.home, 0, 10);
    expect(read).toMatchObject({ status: 'ok', seq: 2, entries: [{ lastSeq: 2 }] });
  });
}
