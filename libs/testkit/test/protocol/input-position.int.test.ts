import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Batch, type BatchItem, scoreBatch, type StateStore } from '#libs/core';
import { INPUT_TOPIC, inputBatch, PartitionRig } from '../../src/rig/partition-rig.ts';
import { transaction, transactions } from '../../src/rig/transactions.ts';
import { overriding } from './overriding.ts';

const OTHER_TOPIC = 'imports.v1';

describe('the position of an input', () => {
  let rig: PartitionRig;
  beforeEach(async () => {
    rig = await PartitionRig.start();
  });
  afterEach(() => rig.stop());

  const position = async (topic = INPUT_TOPIC): Promise<number | undefined> =>
    (await rig.scoring.store.load(0, [])).input.get(topic);
  const storedSeq = async (): Promise<number> => (await rig.scoring.store.load(0, [])).seq;
  const decidedIds = (): string[] =>
    rig
      .validEvents()
      .flatMap(({ event }) => (event.type === 'decision.made' ? event.decision.transaction.transactionId : []));

  /** Records that nobody can read, at `from`, `from` + 1, … */
  function unreadable(from: number, count: number, topic = INPUT_TOPIC): Batch {
    const items = Array.from({ length: count }, (_, i): BatchItem => ({
      kind: 'invalid',
      reason: 'malformed',
      field: null,
      detail: 'no JSON',
      original: { topic, partition: 0, offset: from + i, key: null, value: Buffer.from('{') },
    }));
    return { partition: 0, input: { topic, from, to: from + count }, items };
  }

  /** The same stretch of another topic. */
  function onTopic(topic: string, batch: Batch): Batch {
    const items = batch.items.map((item) => ({ ...item, original: { ...item.original, topic } }) as BatchItem);
    return { ...batch, input: batch.input === null ? null : { ...batch.input, topic }, items };
  }

  it('batch grouped by account, partly in the log', async () => {
    const opened = await rig.open();
    const records = ['a1', 'b1', 'a2', 'c1', 'b2', 'a3'].map((id, minute) =>
      transaction(id, { account: `acct-${id[0]}`, minute }),
    );
    await rig.consume(0, records);
    rig.log.nextAppends(0, 'partly');
    const relay = rig.relay(opened, { retried: () => relay.stop() });
    await relay.run();
    const inTheLog = decidedIds();
    expect(inTheLog).toEqual(['a1', 'b1', 'a2']);
    await rig.flush();
    const again = await rig.open();
    expect(again.input.get(INPUT_TOPIC)).toBe(inTheLog.length);
    await rig.consume(inTheLog.length, records.slice(inTheLog.length));
    await rig.publish(again);
    expect(decidedIds()).toEqual(records.map(({ transactionId }) => transactionId));
  });

  it('two consumers hold one batch with only rejected records', async () => {
    await rig.open();
    const [left, right] = await Promise.all([
      scoreBatch(unreadable(0, 2), rig.scoring),
      scoreBatch(unreadable(0, 2), rig.scoring),
    ]);
    expect([left.status, right.status].toSorted()).toEqual(['committed', 'stale']);
    expect(await storedSeq()).toBe(2);
    // One that read before the others' next batch would move the position back.
    const read = await rig.scoring.store.load(0, []);
    await scoreBatch(unreadable(2, 5), rig.scoring);
    const store = overriding<StateStore>(rig.scoring.store, { load: async () => read });
    expect(await scoreBatch(unreadable(2, 1), { ...rig.scoring, store })).toMatchObject({ status: 'stale' });
    expect([await position(), await storedSeq()]).toEqual([7, 7]);
  });

  it('a batch of only rejected records moves the position, in commit and in replay', async () => {
    const opened = await rig.open();
    await rig.consume(0, transactions(0, 3));
    await scoreBatch(unreadable(3, 4), rig.scoring);
    await rig.publish(opened);
    await rig.flush();
    const again = await rig.open();
    expect(again).toMatchObject({ base: 7, replayed: 7 });
    expect(again.input.get(INPUT_TOPIC)).toBe(7);
    expect(rig.deadLetters.copied.map(({ original }) => original.offset)).toEqual([3, 4, 5, 6]);
  });

  it('labels at offset 9,000, transactions at 500, untyped `i`', async () => {
    const labels = 'labels.v1';
    const opened = await rig.open();
    const { redis } = rig.connection;
    await redis.hset(rig.keys.partition(0).input, { [labels]: 8_990, [INPUT_TOPIC]: 490 });
    await rig.consume(490, transactions(0, 10));
    await scoreBatch(unreadable(8_990, 10, labels), rig.scoring);
    await rig.publish(opened);
    await rig.flush();
    const again = await rig.open();
    expect(Object.fromEntries(again.input)).toEqual({ [labels]: 9_000, [INPUT_TOPIC]: 500 });
  });

  it('two input topics have positions of their own', async () => {
    await rig.open();
    await rig.consume(0, transactions(0, 5));
    const other = onTopic(OTHER_TOPIC, inputBatch(0, transactions(5, 8)));
    expect(await scoreBatch(other, rig.scoring)).toMatchObject({ status: 'committed', lastSeq: 8 });
    expect([await position(), await position(OTHER_TOPIC)]).toEqual([5, 3]);
    const gap = onTopic(OTHER_TOPIC, inputBatch(5, transactions(8, 9)));
    expect(await scoreBatch(gap, rig.scoring)).toMatchObject({ status: 'gap', inputPosition: 3 });
    expect(await rig.consume(5, transactions(10, 12))).toMatchObject({ status: 'committed', lastSeq: 10 });
  });

  it('input offsets as position; ex-owner commits; idle group expires', async () => {
    const opened = await rig.open();
    await rig.consume(0, transactions(0, 10));
    // The next owner has opened; the one before it has not noticed and holds the next batch.
    await rig.publish(opened);
    const next = await rig.open();
    expect(next.input.get(INPUT_TOPIC)).toBe(10);
    expect(await rig.consume(10, transactions(10, 20))).toMatchObject({ status: 'committed' });
    // The new owner's group offset lags behind, runs ahead, or is gone: where it stands is what the store says.
    expect(await rig.consume(10, transactions(10, 20))).toMatchObject({ status: 'committed', lastSeq: 20 });
    expect(await rig.consume(25, transactions(25, 30))).toMatchObject({ status: 'gap', inputPosition: 20 });
    expect(await rig.consume(0, transactions(0, 25))).toMatchObject({ status: 'committed', lastSeq: 25 });
    await rig.publish(next);
    expect(decidedIds()).toEqual(transactions(0, 25).map(({ transactionId }) => transactionId));
  });

  it("rewind only by who notices: another's stale batch jumps the hole", async () => {
    await rig.publish(await rig.open());
    await rig.consume(0, transactions(0, 10));
    const before = await rig.copy();
    await rig.consume(10, transactions(10, 20));
    const read = await rig.scoring.store.load(0, []);
    await rig.restore(before);
    const opened = await rig.open();
    expect(opened.input.get(INPUT_TOPIC)).toBe(10);
    // Another consumer read at 20, and has not noticed that the store went back; it has even heard of the new home.
    const stale = { ...read, home: opened.home };
    const store = overriding<StateStore>(rig.scoring.store, { load: async () => stale });
    expect(await scoreBatch(inputBatch(20, transactions(20, 22)), { ...rig.scoring, store })).toMatchObject({
      status: 'gap',
    });
    expect(await position()).toBe(10);
    expect(await rig.consume(10, transactions(10, 22))).toMatchObject({ status: 'committed' });
  });

  it('records below the position are skipped, whatever they are', async () => {
    await rig.open();
    await scoreBatch(unreadable(0, 4), rig.scoring);
    const again = await scoreBatch(unreadable(0, 6), rig.scoring);
    const kinds = again.status === 'committed' ? again.results.map(({ kind }) => kind) : [];
    expect(kinds).toEqual(['skipped', 'skipped', 'skipped', 'skipped', 'invalid', 'invalid']);
    expect([await position(), await storedSeq()]).toEqual([6, 6]);
  });

  it('moves with the batch, and refuses what would leave a hole', async () => {
    await rig.open();
    expect(await rig.consume(1, [transaction('t2')])).toMatchObject({ status: 'gap', inputPosition: 0 });
    expect(await position()).toBeUndefined();
    expect(await rig.consume(0, [transaction('t1')])).toMatchObject({ status: 'committed' });
    expect(await position()).toBe(1);
  });

  it('is raised when the records that it waits for are gone, and says so', async () => {
    await rig.open();
    await rig.consume(0, transactions(0, 5));
    rig.inputs.set(INPUT_TOPIC, { low: 8, high: 20 });
    const opened = await rig.open();
    expect(opened.raised).toEqual([INPUT_TOPIC]);
    expect(opened.input.get(INPUT_TOPIC)).toBe(8);
    expect(await rig.owner.store.raiseInput(0, opened.home, INPUT_TOPIC, 6)).toEqual({ status: 'ok' });
    expect(await position()).toBe(8);
  });
});
