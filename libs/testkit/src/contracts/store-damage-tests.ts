import { expect, it } from 'vitest';
import {
  applied,
  commitOf,
  everything,
  openPartitionOf,
  plainAccount,
  type StoreSubject,
  write,
} from './store-subject.ts';

/** What the mending of damaged accounts relies on. */
export function damageTests(subject: StoreSubject): void {
  const { state, partitions, opened } = subject;

  it('knows which accounts were reported, is closed by the report, and forgets it by opening', async () => {
    const { p, home } = await opened();
    expect(await partitions().damagedAccounts(p)).toEqual([]);
    await state().reportDamage(p, home, ['a', 'b']);
    expect((await state().load(p, [])).home).toBeNull();
    expect((await partitions().damagedAccounts(p)).toSorted()).toEqual(['a', 'b']);
    expect(await state().commit(commitOf(p, home))).toEqual({ status: 'closed' });
    await openPartitionOf(partitions(), p);
    expect(await partitions().damagedAccounts(p)).toEqual([]);
  });

  it('ignores a report of who saw the partition before it was opened again', async () => {
    const { p, home } = await opened();
    const again = await openPartitionOf(partitions(), p);
    await state().reportDamage(p, home, ['a']);
    expect((await state().load(p, [])).home).toBe(again);
    expect(await partitions().damagedAccounts(p)).toEqual([]);
  });

  it('puts an account in the place of all that there was of it, and touches no other', async () => {
    const { p, home } = await opened();
    const accounts = [write('a', null, 'damaged', { 3: 'old', 9: 'old' }), write('b', null, 'B', { 3: 'kept' })];
    await state().commit(commitOf(p, home, { accounts }));
    const { home: closed } = await partitions().begin(p, 'n');
    const { accountId, ...made } = applied('a', 1, 'mended');
    expect(await partitions().mend(p, closed, { accountId, made })).toEqual({ status: 'ok' });
    const found = await everything(subject, p, ['a', 'b']);
    expect(found.accounts).toEqual([
      [1, 'mended'],
      [1, 'B'],
    ]);
    expect(found.overflow).toEqual(['overflow of a', 'kept']);
    expect(await state().loadOverflow(p, [{ accountId: 'a', bucket: 9 }])).toEqual([null]);
  });

  it('takes away what there is of an account that has no event', async () => {
    const { p, home } = await opened();
    await state().commit(commitOf(p, home, { accounts: [write('a', null, 'damaged', { 3: 'old' })] }));
    const { home: closed } = await partitions().begin(p, 'n');
    expect(await partitions().mend(p, closed, { accountId: 'a', made: null })).toEqual({ status: 'ok' });
    expect((await state().load(p, ['a'])).accounts.map(plainAccount)).toEqual([[null, null]]);
    expect(await state().loadOverflow(p, [{ accountId: 'a', bucket: 3 }])).toEqual([null]);
  });
}
