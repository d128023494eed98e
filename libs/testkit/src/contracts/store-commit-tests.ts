import { expect, it } from 'vitest';
import { commitOf, event, events, plainAccount, plainEvent, type StoreSubject, write } from './store-subject.ts';

const WITHIN = { timeout: 5_000, interval: 20 };

/** What a commit writes. */
export function commitTests(subject: StoreSubject): void {
  const { state, partitions, opened } = subject;

  it('numbers its events and gives every account that it writes the batch’s last number', async () => {
    const { p, home } = await opened();
    const first = await state().commit(
      commitOf(p, home, { accounts: [write('a', null), write('b', null)], events: events(3) }),
    );
    const second = await state().commit(commitOf(p, home, { accounts: [write('b', 3, 'B2')], events: events(2) }));
    expect([first, second]).toEqual([
      { status: 'committed', lastSeq: 3 },
      { status: 'committed', lastSeq: 5 },
    ]);
    const loaded = await state().load(p, ['a', 'b']);
    expect([loaded.seq, ...loaded.accounts.map(plainAccount)]).toEqual([5, [3, 'record of a'], [5, 'B2']]);
  });

  it('puts its events into the outbox as one entry, byte for byte', async () => {
    const { p, home } = await opened();
    const given = [
      { key: null, value: Uint8Array.of(0, 255, 128), headers: {} },
      { key: new Uint8Array(0), value: new Uint8Array(0), headers: { ce_type: 'Grüße, 世界 🏦', a: '' } },
      event('third'),
    ];
    const written = given.map(plainEvent);
    await state().commit(commitOf(p, home, { events: given }));
    for (const { value } of given) value.fill(7);
    await state().commit(commitOf(p, home));
    const read = await partitions().readOutbox(p, home, 0, 10);
    expect(
      read.status === 'ok' && read.entries.map(({ lastSeq, events: got }) => [lastSeq, got.map(plainEvent)]),
    ).toEqual([
      [3, written],
      [4, [plainEvent(event('e'))]],
    ]);
  });

  it('without events leaves number and outbox, and moves the input', async () => {
    const { p, home } = await opened();
    await state().commit(commitOf(p, home, { accounts: [write('a', null)] }));
    const input = { topic: 't', from: 0, to: 4, loaded: null };
    const onlyDuplicates = commitOf(p, home, { input, accounts: [write('a', 1, null)], events: [] });
    expect(await state().commit(onlyDuplicates)).toEqual({ status: 'committed', lastSeq: 1 });
    const { input: moved, seq } = await state().load(p, []);
    expect([seq, moved]).toEqual([1, new Map([['t', 4]])]);
    expect(await partitions().readOutbox(p, home, 1, 10)).toEqual({ status: 'ok', seq: 1, entries: [] });
  });

  it('of rejections only takes numbers and writes no account', async () => {
    const { p, home } = await opened();
    expect(await state().commit(commitOf(p, home, { events: events(2) }))).toEqual({ status: 'committed', lastSeq: 2 });
    expect(await state().load(p, ['a'])).toMatchObject({ seq: 2, accounts: [{ version: null }] });
  });

  it('only reads an account that has no record in it', async () => {
    const { p, home } = await opened();
    await state().commit(commitOf(p, home, { accounts: [write('a', null)] }));
    await state().commit(commitOf(p, home, { accounts: [write('a', 1, null), write('b', null)] }));
    expect((await state().load(p, ['a', 'b'])).accounts.map(plainAccount)).toEqual([
      [1, 'record of a'],
      [2, 'record of b'],
    ]);
  });

  it('moves the position of its own topic, never back, and over HTTP none', async () => {
    const { p, home } = await opened({ t: 5, u: 9 });
    const input = { topic: 't', from: 5, to: 8, loaded: 5 };
    await state().commit(commitOf(p, home, { input }));
    await state().commit(commitOf(p, home, { input: { ...input, from: 2, to: 6, loaded: 8 } }));
    await state().commit(commitOf(p, home));
    expect((await state().load(p, [])).input).toEqual(
      new Map([
        ['t', 8],
        ['u', 9],
      ]),
    );
  });

  it('tells whoever listens, in order and until he has enough; a batch without events is not told', async () => {
    const { p, home } = await opened();
    const [told, marks] = [[] as number[], new Set<number>()];
    const stop = partitions().onCommitted((partition) => partition === p && told.push(partition));
    const stopMarks = partitions().onCommitted((partition) => marks.add(partition));
    // A notice of another partition that was sent later: what was sent before it has come.
    const markPassed = async (): Promise<void> => {
      const mark = await opened();
      await state().commit(commitOf(mark.p, mark.home));
      await expect.poll(() => marks.has(mark.p), WITHIN).toBe(true);
    };
    await expect.poll(async () => (await state().commit(commitOf(p, home)), told.length), WITHIN).toBeGreaterThan(0);
    await markPassed();
    const heard = told.length;
    await state().commit(commitOf(p, home, { events: [] }));
    await markPassed();
    expect(told).toHaveLength(heard);
    await state().commit(commitOf(p, home));
    await markPassed();
    expect(told).toHaveLength(heard + 1);
    stop();
    await state().commit(commitOf(p, home));
    await markPassed();
    expect(told).toHaveLength(heard + 1);
    stopMarks();
  });

  it('lets one of several at once on the same account through', async () => {
    const { p, home } = await opened();
    const commits = Array.from({ length: 5 }, () =>
      state().commit(commitOf(p, home, { accounts: [write('a', null)] })),
    );
    const statuses = (await Promise.all(commits)).map(({ status }) => status);
    expect(statuses.toSorted()).toEqual(['committed', 'conflict', 'conflict', 'conflict', 'conflict']);
  });
}
