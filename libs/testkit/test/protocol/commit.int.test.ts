import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Redis } from 'ioredis';
import { RedisStateStore } from '#libs/adapters';
import { applyInput, decideRequests, type InputItem, scoreBatch, type StateStore, TransientFault } from '#libs/core';
import { inputBatch, INPUT_TOPIC, PartitionRig } from '../../src/rig/partition-rig.ts';
import { requestsOf, transaction } from '../../src/rig/transactions.ts';
import { overriding } from './overriding.ts';

/** A connection whose pipelines send one command at a time; after each, `between` is given its place. */
function stepByStep(redis: Redis, between: (step: number) => Promise<void>): Redis {
  const pipeline = (): unknown => {
    const commands: (() => Promise<unknown>)[] = [];
    const add =
      (name: 'mget' | 'hgetall' | 'hmget' | 'mgetBuffer') =>
      (...args: string[]): void =>
        void commands.push(() => (redis[name] as (...names: string[]) => Promise<unknown>).apply(redis, args));
    const exec = async (): Promise<[null, unknown][]> => {
      const replies: [null, unknown][] = [];
      for (const [step, command] of commands.entries()) {
        replies.push([null, await command()]);
        await between(step);
      }
      return replies;
    };
    return { mget: add('mget'), hgetall: add('hgetall'), hmget: add('hmget'), mgetBuffer: add('mgetBuffer'), exec };
  };
  return overriding(redis, { pipeline: pipeline as Redis['pipeline'] });
}

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

  it('lets one of two commits on the same account through', async () => {
    await rig.open();
    const [left, right] = await Promise.all([rig.decide(transaction('t1')), rig.decide(transaction('t2'))]);
    expect([left.status, right.status].toSorted()).toEqual(['committed', 'conflict']);
  });

  it('reply lost after commit', async () => {
    await rig.open();
    const lost: string[] = [];
    const store = overriding<StateStore>(rig.scoring.store, {
      commit: async (request) => {
        const result = await rig.scoring.store.commit(request);
        if (lost.push(result.status) > 1) return result;
        throw new TransientFault('store_unreachable', 'the reply was lost');
      },
    });
    const ports = { ...rig.scoring, store };
    const asked = transaction('http');
    const over = { partition: 0, items: requestsOf(asked), deadlineMs: ports.clock.monotonicMs() + 5_000 };
    expect(await decideRequests(over, ports)).toMatchObject([{ result: { kind: 'duplicate', first: { seq: 1 } } }]);
    lost.length = 0;
    const { items } = inputBatch(0, [transaction('k1', { minute: 1 }), transaction('k2', { minute: 2 })]);
    const work = { partition: 0, input: { topic: INPUT_TOPIC, from: 0, to: 2 }, items: items as InputItem[] };
    const kinds: string[] = [];
    const applied = await applyInput(work, ports, {
      committed: ({ results }) => kinds.push(...results.map(({ kind }) => kind)),
      refused: () => undefined,
      abandoned: () => false,
    });
    expect(applied).toEqual({ status: 'applied', next: 2 });
    expect(kinds).toEqual(['skipped', 'skipped']);
    expect((await rig.scoring.store.load(0, [])).seq).toBe(3);
  });

  it('a batch of duplicates only is refused too where the partition was taken', async () => {
    await rig.openWith([transaction('t1')]);
    const read = await rig.scoring.store.load(0, ['acct-1']);
    await rig.open();
    const store = overriding<StateStore>(rig.scoring.store, { load: async () => read });
    const items = [{ kind: 'transaction', transaction: transaction('t1'), original: null } as const];
    expect(await scoreBatch({ partition: 0, input: null, items }, { ...rig.scoring, store })).toMatchObject({
      status: 'closed',
    });
  });

  it('an account that is written while it is read is read again', async () => {
    const [t1, t2, t3] = [0, 1, 2].map((minute) => transaction(`t${minute}`, { minute }));
    if (t1 === undefined || t2 === undefined || t3 === undefined) throw new Error('three transactions');
    await rig.openWith([t1]);
    let written = false;
    const redis = stepByStep(rig.connection.redis, async (step) => {
      if (step !== 2 || written) return;
      written = true;
      await rig.decide(t2);
    });
    const store = new RedisStateStore(redis, rig.keys, { outboxLimit: 10_000 });
    const over = {
      partition: 0,
      items: requestsOf(t3),
      deadlineMs: rig.scoring.clock.monotonicMs() + 5_000,
    };
    expect(await decideRequests(over, { ...rig.scoring, store })).toMatchObject([{ result: { kind: 'decided' } }]);
    const again = await rig.decide(t1, t2, t3);
    expect(again.status === 'committed' && again.results.map(({ kind }) => kind)).toEqual(
      Array.from({ length: 3 }, () => 'duplicate'),
    );
  });

  it('does not take a record that no longer is what was written for a fresh account', async () => {
    await rig.open();
    await rig.decide(transaction('t1'));
    const key = rig.keys.partition(0).account('acct-1');
    await rig.connection.redis.setrange(key, 20, 'x');
    expect(await rig.decide(transaction('t1'))).toMatchObject({ status: 'damaged' });
  });
});
