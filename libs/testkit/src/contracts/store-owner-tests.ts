import { expect, it } from 'vitest';
import {
  applied,
  commitOf,
  events,
  everything,
  openPartitionOf,
  plainAccount,
  type StoreSubject,
  wipeAll,
  write,
} from './store-subject.ts';

/** What an owner relies on: beginning, replaying, wiping, opening, closing. */
export function ownerTests(subject: StoreSubject): void {
  openingTests(subject);
  replayTests(subject);
  wipeTests(subject);
}

function openingTests({ state, partitions, fresh, opened }: StoreSubject): void {
  it('begins by closing the partition under the nonce, and tells where it stands', async () => {
    const p = fresh();
    const first = await partitions().begin(p, 'n1');
    expect(first).toEqual({
      home: expect.stringMatching(/^closed:n1:[0-9a-f]{40}:[0-9a-f]{40}$/) as string,
      previousHome: null,
      epoch: null,
      seq: 0,
      input: new Map(),
      published: null,
      position: null,
    });
    expect(await partitions().home(p)).toBe(first.home);
    const second = await partitions().begin(p, 'n2');
    expect(second.previousHome).toBe(first.home);
    expect(second.home).toBe(first.home.replace('n1', 'n2'));
  });

  it('opens under the server’s identity, the protocol version and the epoch', async () => {
    const p = fresh();
    const { home } = await partitions().begin(p, 'n');
    const lowWatermarks = new Map([['t', 7]]);
    const result = await partitions().open({
      partition: p,
      home,
      epoch: 3,
      base: 5,
      position: '6:2:5:1',
      lowWatermarks,
    });
    const opened = home.replace('closed:n:', '') + ':1:3';
    expect(result).toEqual({ status: 'ok', home: opened, raised: ['t'], input: lowWatermarks });
    expect(await state().load(p, [])).toMatchObject({ home: opened, seq: 5, published: 5, input: lowWatermarks });
    expect(await state().published(p)).toEqual({ home: opened, epoch: 3, seq: 5 });
    expect(await partitions().begin(p, 'm')).toMatchObject({
      epoch: 3,
      seq: 5,
      published: { epoch: 3, seq: 5 },
      position: '6:2:5:1',
    });
  });

  it('opens with the higher of number and base, and of position and low watermark', async () => {
    const { p, home } = await opened({ t: 10, u: 10 });
    await state().commit(commitOf(p, home, { events: events(4) }));
    const { home: closed } = await partitions().begin(p, 'n');
    const lowWatermarks = new Map([
      ['t', 9],
      ['u', 10],
      ['v', 1],
    ]);
    const result = await partitions().open({
      partition: p,
      home: closed,
      epoch: 2,
      base: 2,
      position: '',
      lowWatermarks,
    });
    expect(result).toMatchObject({
      status: 'ok',
      raised: ['v'],
      input: new Map([
        ['t', 10],
        ['u', 10],
        ['v', 1],
      ]),
    });
    expect(await state().load(p, [])).toMatchObject({ seq: 4, published: 2 });
  });

  it('raises an input, and never lowers it', async () => {
    const { p, home } = await opened({ t: 4 });
    expect(await partitions().raiseInput(p, home, 't', 6)).toEqual({ status: 'ok' });
    await partitions().raiseInput(p, home, 't', 5);
    await partitions().raiseInput(p, home, 'u', 1);
    expect((await state().load(p, [])).input).toEqual(
      new Map([
        ['t', 6],
        ['u', 1],
      ]),
    );
  });

  it('closes: nobody has the partition, and what it holds stays', async () => {
    const { p, home } = await opened();
    await state().commit(commitOf(p, home, { accounts: [write('a', null)] }));
    expect(await partitions().close(p, home)).toEqual({ status: 'ok' });
    expect(await partitions().home(p)).toBeNull();
    expect(await state().load(p, ['a'])).toMatchObject({ home: null, seq: 1, accounts: [{ version: 1 }] });
    expect(await state().commit(commitOf(p, home))).toEqual({ status: 'closed' });
    await openPartitionOf(partitions(), p);
    expect(await state().load(p, ['a'])).toMatchObject({ seq: 1, accounts: [{ version: 1 }] });
  });
}

function replayTests({ state, partitions, fresh }: StoreSubject): void {
  it('replays a stretch: accounts with their own versions, positions, number and epoch, and no outbox', async () => {
    const p = fresh();
    const { home } = await partitions().begin(p, 'n');
    const accounts = [applied('a', 2), applied('b', 5)];
    const step = { partition: p, home, fromSeq: 0, toSeq: 5, epoch: 4, input: new Map([['t', 8]]), accounts };
    expect(await partitions().apply(step)).toEqual({ status: 'ok' });
    const loaded = await partitions().loadAccounts(p, ['b', 'a', 'none']);
    expect(loaded.map(plainAccount)).toEqual([
      [5, 'record of b'],
      [2, 'record of a'],
      [null, null],
    ]);
    const overflow = await partitions().loadOverflow(p, [{ accountId: 'a', bucket: 3 }]);
    expect(new TextDecoder().decode(overflow[0] ?? new Uint8Array(0))).toBe('overflow of a');
    expect(await partitions().readOutbox(p, home, 0, 10)).toEqual({ status: 'ok', seq: 5, entries: [] });
    expect(await partitions().begin(p, 'm')).toMatchObject({
      epoch: 4,
      seq: 5,
      input: new Map([['t', 8]]),
      published: null,
    });
    expect(await state().load(p, [])).toMatchObject({ seq: 5 });
  });

  it('replays only what follows, says where it stands, and never lowers a position', async () => {
    const p = fresh();
    const { home } = await partitions().begin(p, 'n');
    const step = { partition: p, home, epoch: 1, accounts: [] };
    await partitions().apply({ ...step, fromSeq: 0, toSeq: 3, input: new Map([['t', 8]]) });
    for (const fromSeq of [0, 2, 4]) {
      const again = { ...step, fromSeq, toSeq: 9, input: new Map([['t', 99]]), accounts: [applied('a', 9)] };
      expect(await partitions().apply(again)).toEqual({ status: 'out_of_order', seq: 3 });
    }
    await partitions().apply({ ...step, fromSeq: 3, toSeq: 4, input: new Map([['t', 7]]) });
    expect(await state().load(p, ['a'])).toMatchObject({
      seq: 4,
      input: new Map([['t', 8]]),
      accounts: [{ version: null }],
    });
    expect(await partitions().loadAccounts(p, [])).toEqual([]);
  });
}

function wipeTests(subject: StoreSubject): void {
  const { state, partitions, fresh, opened } = subject;

  it('wipes everything but the home and how far dead letters are copied, page by page', async () => {
    const { p, home } = await opened({ t: 3 });
    const ids = Array.from({ length: 1_500 }, (_, i) => `acct-${i}`);
    for (let i = 0; i < ids.length; i += 50) {
      const accounts = ids.slice(i, i + 50).map((id) => write(id, null, 'r', { 3: 'o', 63: 'p' }));
      await state().commit(commitOf(p, home, { accounts }));
    }
    await partitions().trim({
      partition: p,
      home,
      epoch: 1,
      publishedSeq: 30,
      position: '1:1:1:0',
      deadLetterSeq: 12,
      keepFromSeq: 0,
    });
    const { home: closed } = await partitions().begin(p, 'n');
    expect(await wipeAll(partitions(), p, closed)).toBeGreaterThan(1);
    const wiped = await everything(subject, p, ids);
    expect(wiped).toMatchObject({ home: closed, seq: 0, input: new Map(), published: 0, deadLetterSeq: 12 });
    expect(wiped.accounts).toEqual(ids.map(() => [null, null]));
    expect(wiped.overflow).toEqual(ids.map(() => null));
    const last = await state().loadOverflow(
      p,
      [0, 63].map((bucket) => ({ accountId: 'acct-1', bucket })),
    );
    expect(last).toEqual([null, null]);
    expect(await partitions().begin(p, 'm')).toMatchObject({ epoch: 'wipe', seq: 0, published: null, position: null });
    const { home: again } = await partitions().begin(p, 'o');
    expect(await partitions().readOutbox(p, again, 0, 10)).toEqual({ status: 'ok', seq: 0, entries: [] });
  });

  it('wipes what is empty, and what is wiped already', async () => {
    const p = fresh();
    const { home } = await partitions().begin(p, 'n');
    await wipeAll(partitions(), p, home);
    await wipeAll(partitions(), p, home);
    const step = { partition: p, home, fromSeq: 0, toSeq: 1, epoch: 1, input: new Map(), accounts: [applied('a', 1)] };
    expect(await partitions().apply(step)).toEqual({ status: 'ok' });
    expect(await partitions().begin(p, 'm')).toMatchObject({ epoch: 1, seq: 1 });
  });
}
