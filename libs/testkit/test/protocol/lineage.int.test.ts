import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { INPUT_TOPIC, PartitionRig } from '../../src/rig/partition-rig.ts';
import { transaction, transactions } from '../../src/rig/transactions.ts';
import { overriding } from './overriding.ts';

describe('whether the store holds a beginning of the history that is in the log', () => {
  let rig: PartitionRig;
  beforeEach(async () => {
    rig = await PartitionRig.start();
  });
  afterEach(() => rig.stop());

  /** Published up to seq 10 and committed up to `last`, by the owner of epoch 1. */
  async function committedTo(last: number): Promise<void> {
    await rig.publish(await rig.openWith(transactions(0, 10)));
    if (last > 10) await rig.decide(...transactions(10, last));
  }

  /** The process dies after its OPEN, before it has opened the store. */
  async function dieAfterOpen(): Promise<void> {
    const store = overriding(rig.owner.store, { open: () => Promise.reject(new Error('killed')) });
    await expect(rig.tryToOpen({ store })).rejects.toThrow('killed');
  }

  async function newHistoryOf(events: number): Promise<void> {
    const opened = await rig.openWith(transactions(100, 100 + events));
    await rig.publish(opened);
  }

  const idsInLog = (): string[] =>
    rig
      .validEvents()
      .map(({ event }) => (event.type === 'decision.made' ? event.decision.transaction.transactionId : ''));

  it('copy at 1000, tail lost, new history, old copy restored', async () => {
    await committedTo(10);
    const beforeTheTail = await rig.copy();
    await rig.decide(...transactions(10, 1_000));
    const copyAt1000 = await rig.copy();
    await rig.restore(beforeTheTail);
    await newHistoryOf(15);
    await rig.restore(copyAt1000);
    expect(await rig.open()).toMatchObject({ wiped: true, replayed: 25, base: 25 });
    const again = await rig.decide(...transactions(10, 12), ...transactions(100, 102));
    const kinds = again.status === 'committed' ? again.results.map(({ kind }) => kind) : [];
    expect(kinds).toEqual(['decided', 'decided', 'duplicate', 'duplicate']);
  });

  it('base = max(S, C) in the table', async () => {
    await committedTo(10);
    const beforeTheTail = await rig.copy();
    await rig.decide(...transactions(10, 30));
    const deadBranch = await rig.copy();
    await dieAfterOpen();
    await rig.restore(beforeTheTail);
    await newHistoryOf(15);
    await rig.restore(deadBranch);
    expect(await rig.open()).toMatchObject({ wiped: true, replayed: 25, base: 25 });
    expect(rig.log.records(0).flatMap(({ headers }) => headers['h'] ?? [])).toEqual([
      '1:0',
      '1:0,2:10',
      '1:0,2:10',
      '1:0,2:10,4:25',
    ]);
  });

  it('lineage without the C = b case', async () => {
    await committedTo(30);
    await dieAfterOpen();
    const opened = await rig.open();
    expect(opened).toMatchObject({ epoch: 3, base: 10, wiped: false, replayed: 0 });
    await rig.publish(opened);
    expect(idsInLog()).toEqual(transactions(0, 30).map(({ transactionId }) => transactionId));
  });

  it('HALT checked after OPEN', async () => {
    await committedTo(10);
    await rig.open();
    await rig.open();
    const kept = 5;
    rig.log.truncate(0, kept);
    for (let attempt = 0; attempt < 4; attempt++) {
      expect(await rig.tryToOpen()).toMatchObject({ status: 'halted' });
      expect(rig.log.records(0)).toHaveLength(kept);
    }
    expect(await rig.decide(transaction('new'))).toMatchObject({ status: 'closed' });
  });

  it('log loses its tail within an epoch', async () => {
    await committedTo(10);
    const before = await rig.copy();
    const kept = rig.log.records(0).length - 5;
    rig.log.truncate(0, kept);
    expect(await rig.tryToOpen()).toMatchObject({
      status: 'halted',
      reason: expect.stringContaining('seq 10 of epoch 1 was published, the log ends at 5') as string,
    });
    expect(rig.log.records(0)).toHaveLength(kept);
    const withoutHome = (names: typeof before): typeof before => names.filter(([name]) => name !== 'home');
    expect(withoutHome(await rig.copy())).toEqual(withoutHome(before));
  });

  it('log that lost data', async () => {
    await committedTo(10);
    const published = await rig.copy();
    rig.log.truncate(0, 6);
    await rig.flush();
    // A store that knows nothing cannot tell; the log now goes on from where it was cut.
    expect(await rig.open()).toMatchObject({ epoch: 2, base: 5 });
    await rig.restore(published);
    const records = rig.log.records(0).length;
    expect(await rig.tryToOpen()).toMatchObject({
      status: 'halted',
      reason: expect.stringContaining('seq 10 of epoch 1 was published, the next epoch starts on 5') as string,
    });
    expect(rig.log.records(0)).toHaveLength(records);
  });

  it('halts when an input ends before what is applied of it', async () => {
    await rig.open();
    await rig.consume(0, transactions(0, 20));
    rig.inputs.set(INPUT_TOPIC, { low: 0, high: 12 });
    expect(await rig.tryToOpen()).toMatchObject({
      status: 'halted',
      reason: expect.stringContaining('ends at 12') as string,
    });
    expect(rig.log.records(0)).toHaveLength(1);
  });

  it('takes back what a store forgot after it was published, and drops what was never published', async () => {
    await committedTo(10);
    const behind = await rig.copy();
    await rig.decide(...transactions(10, 20));
    await rig.publish(await rig.open());
    await rig.decide(...transactions(20, 25));
    await rig.restore(behind);
    expect(await rig.open()).toMatchObject({ wiped: false, replayed: 10, base: 20 });
    expect((await rig.scoring.store.load(0, [])).seq).toBe(20);
  });

  it('halts when the outbox lacks what is committed and not published', async () => {
    await committedTo(20);
    await rig.connection.redis.del(rig.keys.partition(0).outbox);
    expect(await rig.tryToOpen()).toMatchObject({
      status: 'halted',
      reason: expect.stringContaining('outbox') as string,
    });
  });
});
