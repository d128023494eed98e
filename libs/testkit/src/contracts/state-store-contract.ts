import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commitTests } from './store-commit-tests.ts';
import { damageTests } from './store-damage-tests.ts';
import { fencingTests } from './store-fencing-tests.ts';
import { outboxTests } from './store-outbox-tests.ts';
import { ownerTests } from './store-owner-tests.ts';
import { refusalTests } from './store-refusal-tests.ts';
import { trimmedLogTests } from './store-trimmed-tests.ts';
import {
  commitOf,
  plainAccount,
  storeSubject,
  type StoreSubject,
  type StoreUnderTest,
  write,
} from './store-subject.ts';

/** What every store does, for the doors (`StateStore`) and for owners (`PartitionStore`). A fake that passes what Redis passes can stand in for it. */
export function stateStoreContract(name: string, makeStore: () => Promise<StoreUnderTest>): void {
  describe(`${name}, as a store`, () => {
    let made: StoreUnderTest;
    beforeAll(async () => {
      made = await makeStore();
    });
    afterAll(() => made?.close());
    const subject = storeSubject(() => made);
    describe('loading', () => {
      loadingTests(subject);
    });
    describe('a commit', () => {
      commitTests(subject);
    });
    describe('a commit that is refused', () => {
      refusalTests(subject);
    });
    describe('for an owner', () => {
      ownerTests(subject);
    });
    describe('the outbox', () => {
      outboxTests(subject);
    });
    describe('for a log that was trimmed', () => {
      trimmedLogTests(subject);
    });
    describe('for damaged accounts', () => {
      damageTests(subject);
    });
    describe('fencing', () => {
      fencingTests(subject);
    });
  });
}

function loadingTests(subject: StoreSubject): void {
  const { state, fresh, opened } = subject;

  it('finds nothing where nothing was written', async () => {
    const p = fresh();
    expect(await state().load(p, ['a', 'b'])).toEqual({
      home: null,
      input: new Map(),
      seq: 0,
      published: 0,
      floorMs: null,
      accounts: Array(2).fill({ version: null, record: null }),
    });
    expect(await state().load(p, [])).toMatchObject({ accounts: [] });
    expect(await state().loadOverflow(p, [{ accountId: 'a', bucket: 0 }])).toEqual([null]);
    expect(await state().loadOverflow(p, [])).toEqual([]);
    expect(await state().published(p)).toEqual({ home: null, epoch: 0, seq: 0 });
  });

  it('gives accounts and overflow records in the order asked, one as often as it is asked for', async () => {
    const { p, home } = await opened();
    const accounts = [write('a', null, 'A', { 0: 'a0', 63: 'a63' }), write('b', null, 'B')];
    await state().commit(commitOf(p, home, { accounts }));
    const { accounts: loaded } = await state().load(p, ['b', 'none', 'a', 'b']);
    expect(loaded.map(plainAccount)).toEqual([
      [1, 'B'],
      [null, null],
      [1, 'A'],
      [1, 'B'],
    ]);
    const asked = [63, 5, 0].map((bucket) => ({ accountId: 'a', bucket }));
    const overflow = await state().loadOverflow(p, [...asked, { accountId: 'b', bucket: 0 }]);
    expect(overflow.map((bytes) => bytes && new TextDecoder().decode(bytes))).toEqual(['a63', null, 'a0', null]);
  });

  it('gives bytes as they were written, and that nobody can change afterwards', async () => {
    const { p, home } = await opened();
    const record = Uint8Array.from({ length: 256 }, (_, i) => i);
    await state().commit(commitOf(p, home, { accounts: [{ ...write('a', null), record }] }));
    record.fill(7);
    const first = (await state().load(p, ['a'])).accounts[0]?.record;
    expect([...(first ?? [])]).toEqual(Array.from({ length: 256 }, (_, i) => i));
    first?.fill(7);
    expect((await state().load(p, ['a'])).accounts[0]?.record?.[3]).toBe(3);
  });

  it('keeps partitions apart', async () => {
    const [one, other] = [await opened(), await opened()];
    await state().commit(commitOf(one.p, one.home, { accounts: [write('a', null)] }));
    expect(await state().load(other.p, ['a'])).toMatchObject({ seq: 0, accounts: [{ version: null, record: null }] });
  });

  it('says that no replica has anything where there is none', async () => {
    expect(await state().replicated(10)).toBe(false);
  });
}
