import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PartitionRig, inputBatch, INPUT_TOPIC } from '../../src/rig/partition-rig.ts';
import { transaction } from '../../src/rig/transactions.ts';
import { scoreBatch } from '#libs/core';

describe('commit', () => {
  let rig: PartitionRig;
  beforeEach(async () => {
    rig = await PartitionRig.start();
  });
  afterEach(() => rig.stop());

  it('refuses while the partition is closed', async () => {
    expect(await rig.decide(transaction('t1'))).toMatchObject({ status: 'closed' });
  });

  it('decides once, and answers a repetition with the first decision', async () => {
    await rig.open();
    const first = await rig.decide(transaction('t1'));
    const again = await rig.decide(
      transaction('t1'),
      transaction('t2', { minute: 1 }),
      transaction('t2', { minute: 1 }),
    );
    expect(first).toMatchObject({ status: 'committed', lastSeq: 1, results: [{ kind: 'decided', seq: 1 }] });
    expect(again).toMatchObject({
      status: 'committed',
      lastSeq: 2,
      results: [
        { kind: 'duplicate', first: { seq: 1 } },
        { kind: 'decided', seq: 2 },
        { kind: 'duplicate', first: { seq: 2 } },
      ],
    });
  });

  it('tells other content under the same identity from a repetition', async () => {
    await rig.open();
    await rig.decide(transaction('t1', { amountMinor: 100 }));
    const conflict = await rig.decide(transaction('t1', { amountMinor: 200 }));
    expect(conflict).toMatchObject({ status: 'committed', lastSeq: 1, results: [{ kind: 'conflict' }] });
  });

  it('gives every event of a batch its place in input order, whatever the accounts', async () => {
    const opened = await rig.open();
    const ids = ['a1', 'b1', 'a2', 'c1', 'b2', 'a3'];
    await rig.consume(
      0,
      ids.map((id, i) => transaction(id, { account: `acct-${id[0]}`, minute: i })),
    );
    await rig.publish(opened);
    const published = rig
      .validEvents()
      .map(({ event }) => (event.type === 'decision.made' ? event.decision.transaction.transactionId : ''));
    expect(published).toEqual(ids);
  });

  it('moves the input position only with the batch, and refuses what would leave a hole', async () => {
    await rig.open();
    expect(await rig.consume(1, [transaction('t2')])).toMatchObject({ status: 'gap', inputPosition: 0 });
    expect(await rig.consume(0, [transaction('t1')])).toMatchObject({ status: 'committed' });
    const { input } = await rig.scoring.store.load(0, []);
    expect(input.get(INPUT_TOPIC)).toBe(1);
  });

  it('lets one of two commits on the same account through', async () => {
    await rig.open();
    const [left, right] = await Promise.all([rig.decide(transaction('t1')), rig.decide(transaction('t2'))]);
    expect([left.status, right.status].toSorted()).toEqual(['committed', 'conflict']);
  });

  it('two consumers hold one batch with only rejected records', async () => {
    await rig.open();
    const batch = inputBatch(0, [transaction('t1')]);
    const original = batch.items[0]?.original;
    if (original === null || original === undefined) throw new Error('a record of a topic has an origin');
    const rejected = {
      ...batch,
      items: [{ kind: 'invalid', reason: 'malformed', field: null, detail: 'no JSON', original } as const],
    };
    const results = await Promise.all([scoreBatch(rejected, rig.scoring), scoreBatch(rejected, rig.scoring)]);
    expect(results.map(({ status }) => status).toSorted()).toEqual(['committed', 'stale']);
    expect((await rig.scoring.store.load(0, [])).seq).toBe(1);
  });

  it('refuses when the outbox is at its limit, and writes nothing', async () => {
    const small = await PartitionRig.start({ outboxLimit: 2 });
    try {
      await small.open();
      await small.decide(transaction('t1'), transaction('t2', { minute: 1 }));
      expect(await small.decide(transaction('t3', { minute: 2 }))).toMatchObject({ status: 'full' });
      expect((await small.scoring.store.load(0, [])).seq).toBe(2);
    } finally {
      await small.stop();
    }
  });

  it('recognises a transaction that the log of a busy account has pushed out', async () => {
    const busy = await PartitionRig.start({ logCap: 4 });
    try {
      await busy.open();
      for (let i = 0; i < 12; i++) await busy.decide(transaction(`t${i}`, { minute: i }));
      const again = await busy.decide(...Array.from({ length: 12 }, (_, i) => transaction(`t${i}`, { minute: i })));
      expect(again).toMatchObject({ status: 'committed', lastSeq: 12 });
      expect(again.status === 'committed' && again.results.every(({ kind }) => kind === 'duplicate')).toBe(true);
    } finally {
      await busy.stop();
    }
  });

  it('treats a record that no longer is what was written as a fault, not as a fresh account', async () => {
    await rig.open();
    await rig.decide(transaction('t1'));
    const key = rig.keys.partition(0).account('acct-1');
    await rig.connection.redis.setrange(key, 20, 'x');
    await expect(rig.decide(transaction('t1'))).rejects.toThrow('record');
  });
});
