import { afterEach, describe, expect, it, vi } from 'vitest';
import { waitForRedis } from '#libs/adapters';
import { scoreBatch, type StateStore } from '#libs/core';
import { PartitionRig } from '../../src/rig/partition-rig.ts';
import { transaction, transactions } from '../../src/rig/transactions.ts';
import { overriding } from './overriding.ts';
import { PrivateRedis } from './private-redis.ts';

const PATIENCE = { timeout: 20_000 };

describe('a Redis that comes back without its tail', () => {
  const started: { stop(): Promise<void> }[] = [];
  afterEach(async () => {
    for (const one of started.splice(0).reverse()) await one.stop();
  });

  async function startRedis(): Promise<PrivateRedis> {
    const redis = await PrivateRedis.start();
    started.push(redis);
    return redis;
  }

  async function startRig(redis: PrivateRedis): Promise<PartitionRig> {
    const rig = await PartitionRig.start({ redisUrl: redis.url });
    started.push(rig);
    return rig;
  }

  const idsInLog = (rig: PartitionRig): string[] =>
    rig
      .validEvents()
      .flatMap(({ event }) => (event.type === 'decision.made' ? event.decision.transaction.transactionId : []));
  const ids = (from: number, to: number): string[] => transactions(from, to).map(({ transactionId }) => transactionId);
  const runId = async (rig: PartitionRig): Promise<string> =>
    /run_id:(\w+)/.exec(await rig.connection.redis.info('server'))?.[1] ?? '';
  const untilReplica = (rig: PartitionRig): Promise<void> =>
    vi.waitFor(
      async () => expect(await rig.connection.redis.info('replication')).toContain('master_link_status:up'),
      PATIENCE,
    );
  const storedSeq = async (rig: PartitionRig): Promise<number> => (await rig.scoring.store.load(0, [])).seq;

  it('client remembers run_id; Redis restarts without its tail; ioredis reconnects silently', async () => {
    const redis = await startRedis();
    const rig = await startRig(redis);
    const opened = await rig.openWith(transactions(0, 10));
    await rig.publish(opened);
    const kept = await redis.fileBytes();
    await rig.decide(...transactions(10, 15));
    const relay = rig.relay(opened);
    await redis.loseAfter(kept);
    await waitForRedis(rig.connection.redis, 10_000);
    expect(await storedSeq(rig)).toBe(10);
    // The connection is the same object, and `home` in the store is what it was.
    expect(await rig.owner.store.home(0)).toBe(opened.home);
    expect(await rig.decide(transaction('new', { minute: 20 }))).toMatchObject({ status: 'closed' });
    expect(await relay.run()).toBe('moved');
    expect(await storedSeq(rig)).toBe(10);
    const again = await rig.open();
    expect(again).toMatchObject({ epoch: 2, base: 10, wiped: false, replayed: 0 });
    await rig.decide(...transactions(0, 15));
    await rig.publish(again);
    expect(idsInLog(rig)).toEqual(ids(0, 15));
  });

  // Valkey 9 mends its file itself. Redis 7.0 keeps the half that it has read, and runs it at the next start: the start mends the file first.
  it('AOF cut inside MULTI', async () => {
    const redis = await startRedis();
    const rig = await startRig(redis);
    await rig.publish(await rig.openWith(transactions(0, 10)));
    await rig.decide(...transactions(10, 20));
    const text = await redis.fileText();
    const lastScript = text.lastIndexOf('MULTI');
    const afterXadd = text.indexOf('SET\r\n', text.indexOf('XADD', lastScript));
    const cut = text.indexOf('MSET', afterXadd);
    expect(lastScript).toBeGreaterThan(0);
    expect(cut).toBeGreaterThan(afterXadd);
    await redis.loseAfter(cut);
    await waitForRedis(rig.connection.redis, 10_000);
    expect(await storedSeq(rig)).toBe(10);
    await rig.publish(await rig.open());
    await rig.decide(...transactions(10, 13));
    // What was cut off must not be in the file that the start after the next one reads.
    await redis.loseAfter(await redis.fileBytes());
    await waitForRedis(rig.connection.redis, 10_000);
    expect(await storedSeq(rig)).toBe(13);
    const again = await rig.open();
    await rig.decide(...transactions(10, 20));
    await rig.publish(again);
    expect(idsInLog(rig)).toEqual(ids(0, 20));
  });

  it('client reads `home` = A; failover A -> B -> A without a restart of A', async () => {
    const [a, b] = [await startRedis(), await startRedis()];
    const [onA, onB] = [await startRig(a), await startRig(b)];
    const server = await runId(onA);
    await onB.connection.redis.replicaof('127.0.0.1', a.port);
    await untilReplica(onB);
    // The first replica gives the master a new replid; a partition that is open by then is opened again.
    const opened = await onA.openWith(transactions(0, 10));
    await onA.publish(opened);
    expect(await onA.connection.redis.wait(1, 10_000)).toBe(1);
    // To B: what A still commits, cut off from everybody else, is the tail that will be lost.
    await onB.connection.redis.replicaof('NO', 'ONE');
    await onA.decide(...transactions(10, 15));
    const read = await onA.scoring.store.load(0, []);
    expect(read).toMatchObject({ home: opened.home, seq: 15 });
    // And back to A, which was not restarted.
    await onA.connection.redis.replicaof('127.0.0.1', b.port);
    await untilReplica(onA);
    await onA.connection.redis.replicaof('NO', 'ONE');
    expect(await runId(onA)).toBe(server);
    expect(await onA.owner.store.home(0)).toBe(opened.home);
    expect(await storedSeq(onA)).toBe(10);

    const store = overriding<StateStore>(onA.scoring.store, { load: async () => ({ ...read, seq: 10 }) });
    const items = [
      { kind: 'transaction', transaction: transaction('new', { account: 'fresh' }), original: null } as const,
    ];
    const committed = await scoreBatch({ partition: 0, input: null, items }, { ...onA.scoring, store });
    expect(committed).toMatchObject({ status: 'closed' });
    expect(await onA.relay(opened).run()).toBe('moved');
    const again = await onA.open();
    expect(again).toMatchObject({ base: 10, wiped: false });
    await onA.decide(...transactions(0, 15));
    await onA.publish(again);
    expect(idsInLog(onA)).toEqual(ids(0, 15));
  });
});
