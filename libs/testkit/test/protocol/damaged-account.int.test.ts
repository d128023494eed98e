import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findTransaction } from '#libs/core';
import { PartitionRig } from '../../src/rig/partition-rig.ts';
import { transaction, transactions } from '../../src/rig/transactions.ts';
import { storedStates } from './account-states.ts';

/** Each of these accounts gets every seventh of the rig's transactions. */
const ids = Array.from({ length: 7 }, (_, i) => `acct-${i}`);

describe('an account whose record cannot be read', () => {
  let rig: PartitionRig;
  afterEach(() => rig.stop());

  const states = () => storedStates(rig, ids);
  const keyOf = (accountId: string): string => rig.keys.partition(0).account(accountId);

  /** One bit of the record turns over. */
  async function damage(key: string): Promise<void> {
    const record = (await rig.connection.redis.getBuffer(key)) as Buffer;
    const at = record.length >> 1;
    record[at] = (record[at] as number) ^ 1;
    await rig.connection.redis.set(key, record);
  }

  describe('in an ordinary partition', () => {
    beforeEach(async () => {
      rig = await PartitionRig.start();
    });

    it('is not scored with: nothing is committed, and the partition closes', async () => {
      await rig.openWith(transactions(0, 20));
      await damage(keyOf('acct-3'));
      expect(await rig.decide(...transactions(20, 30))).toMatchObject({ status: 'damaged' });
      expect(await rig.decide(transaction('other', { account: 'acct-1' }))).toMatchObject({ status: 'closed' });
    });

    it('is made anew from the log and the outbox, bit for bit, and the others are left alone', async () => {
      const opened = await rig.openWith(transactions(0, 40));
      await rig.publish(opened);
      // These lie in the outbox alone.
      await rig.decide(...transactions(40, 70));
      const before = await states();
      await damage(keyOf('acct-3'));
      await damage(keyOf('acct-5'));
      await rig.decide(transaction('x', { account: 'acct-3' }), transaction('y', { account: 'acct-5' }));
      const again = await rig.open();
      expect([...again.mended].toSorted()).toEqual(['acct-3', 'acct-5']);
      expect(again).toMatchObject({ wiped: false, replayed: 0 });
      expect(await states()).toEqual(before);
      expect(await rig.decide(...transactions(0, 70))).toMatchObject({ status: 'committed', lastSeq: 70 });
      expect((await rig.open()).mended).toEqual([]);
    });

    it('is made anew when it is gone and only its version is there', async () => {
      await rig.publish(await rig.openWith(transactions(0, 20)));
      const before = await states();
      await rig.connection.redis.del(keyOf('acct-3'), keyOf('acct-4'));
      expect(await rig.decide(...transactions(20, 30))).toMatchObject({ status: 'damaged' });
      expect((await rig.open()).mended.toSorted()).toEqual(['acct-3', 'acct-4']);
      expect(await states()).toEqual(before);
    });

    it('is found by who only looks for a decision, too', async () => {
      await rig.openWith(transactions(0, 10));
      await damage(keyOf('acct-2'));
      const identity = { accountId: 'acct-2', transactionId: 'x', eventType: 'authorization' } as const;
      expect(await findTransaction({ partition: 0, identity }, rig.scoring)).toEqual({ status: 'closed' });
      expect((await rig.open()).mended).toEqual(['acct-2']);
    });

    it('makes the store be wiped and filled anew when it is met by a replay', async () => {
      const opened = await rig.openWith(transactions(0, 20));
      await rig.publish(opened);
      const backup = await rig.copy();
      await rig.decide(...transactions(20, 60));
      await rig.publish(await rig.open());
      const before = await states();
      await rig.restore(backup);
      await damage(keyOf('acct-4'));
      expect(await rig.open()).toMatchObject({ wiped: true, replayed: 60 });
      expect(await states()).toEqual(before);
    });

    it('halts the partition, with nothing changed, when the log does not reach back', async () => {
      const opened = await rig.openWith(transactions(0, 40));
      await rig.publish(opened);
      const second = await rig.openWith(transactions(40, 60));
      await rig.publish(second);
      rig.log.trim(0, 41);
      await damage(keyOf('acct-3'));
      await rig.decide(transaction('x', { account: 'acct-3' }));
      const kept = (await rig.copy()).filter(([name]) => name.startsWith('a:'));
      const result = await rig.tryToOpen();
      expect(result).toMatchObject({ status: 'halted' });
      expect('reason' in result && result.reason).toContain('acct-3');
      expect((await rig.copy()).filter(([name]) => name.startsWith('a:'))).toEqual(kept);
    });
  });

  it('has overflow records made anew as well', async () => {
    rig = await PartitionRig.start({ logCap: 4 });
    const busy = (from: number, to: number) =>
      Array.from({ length: to - from }, (_, i) => transaction(`t${from + i}`, { account: 'acct-0', minute: from + i }));
    await rig.openWith(busy(0, 60));
    const overflow = (await rig.keyNames()).filter((name) => name.startsWith('o:acct-0:'));
    expect(overflow.length).toBeGreaterThan(5);
    const before = await rig.copy();
    for (const name of overflow) await damage(rig.keys.partition(0).overflowPrefix + name.slice('o:'.length));
    expect(await rig.decide(...busy(0, 60))).toMatchObject({ status: 'damaged' });
    expect(await rig.open()).toMatchObject({ mended: ['acct-0'] });
    const ofAccounts = (copy: typeof before) => copy.filter(([name]) => name.startsWith('o:'));
    expect(ofAccounts(await rig.copy())).toEqual(ofAccounts(before));
    expect(await rig.decide(...busy(0, 60))).toMatchObject({ status: 'committed', lastSeq: 60 });
  });
});
