import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openPartition } from '#libs/core';
import { PartitionRig, INPUT_TOPIC } from '../../src/rig/partition-rig.ts';
import { transaction } from '../../src/rig/transactions.ts';

const many = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, i) =>
    transaction(`t${from + i}`, { account: `acct-${(from + i) % 7}`, minute: from + i }),
  );

describe('owning a partition', () => {
  let rig: PartitionRig;
  beforeEach(async () => {
    rig = await PartitionRig.start();
  });
  afterEach(() => rig.stop());

  it('publishes what was committed, in order, once', async () => {
    const opened = await rig.open();
    await rig.consume(0, many(0, 40));
    await rig.decide(...many(40, 60));
    await rig.publish(opened);
    expect(rig.validEvents().map(({ seq }) => seq)).toEqual(Array.from({ length: 60 }, (_, i) => i + 1));
  });

  it('rebuilds a lost store from the log, bit for bit', async () => {
    const opened = await rig.open();
    await rig.consume(0, many(0, 60));
    await rig.consume(60, many(60, 120));
    await rig.publish(opened);
    const accounts = Array.from({ length: 7 }, (_, i) => `acct-${i}`);
    const before = await decodedAccounts(rig, accounts);
    await rig.flush();
    const again = await rig.open();
    expect(again).toMatchObject({ replayed: 120, wiped: true });
    expect(again.input.get(INPUT_TOPIC)).toBe(120);
    expect(await decodedAccounts(rig, accounts)).toEqual(before);
    expect(await rig.consume(0, many(0, 60))).toMatchObject({ status: 'committed', lastSeq: 120 });
  });

  it.each(['fail_before', 'fail_after', 'partly', 'twice', 'twice_fail'] as const)(
    'publishes all once when a send does this: %s',
    async (fate) => {
      const opened = await rig.open();
      await rig.consume(0, many(0, 30));
      rig.log.nextAppends(0, fate, fate);
      await rig.publish(opened);
      expect(rig.validEvents().map(({ seq }) => seq)).toEqual(Array.from({ length: 30 }, (_, i) => i + 1));
    },
  );

  it('publishes what a dead owner left in the outbox', async () => {
    await rig.open();
    await rig.consume(0, many(0, 30));
    const next = await rig.open();
    expect(next).toMatchObject({ epoch: 2, base: 0, wiped: false });
    await rig.publish(next);
    expect(rig.validEvents()).toHaveLength(30);
  });

  it('keeps a healthy store when an owner dies after its OPEN', async () => {
    const opened = await rig.open();
    await rig.consume(0, many(0, 20));
    await rig.publish(opened);
    const dies = { ...rig.owner.store, open: () => Promise.reject(new Error('killed')) };
    Object.setPrototypeOf(dies, rig.owner.store);
    const dying = {
      ...rig.owner,
      store: new Proxy(rig.owner.store, {
        get: (target, name) => (name === 'open' ? dies.open : Reflect.get(target, name).bind(target)),
      }),
    };
    await expect(openPartition(0, dying, () => undefined)).rejects.toThrow('killed');
    await rig.consume(20, many(20, 30));
    expect(await rig.open()).toMatchObject({ wiped: false, replayed: 0, epoch: 3 });
  });

  it('takes back what a store forgot after it was published, and drops what was never published', async () => {
    const opened = await rig.open();
    await rig.consume(0, many(0, 20));
    const { redis } = rig.connection;
    const copies = await copyOf(rig);
    await rig.consume(20, many(20, 40));
    await rig.publish(opened);
    await restore(rig, copies);
    expect(await rig.open()).toMatchObject({ wiped: false, replayed: 20 });
    expect(await redis.get(rig.keys.partition(0).seq)).toBe('40');
  });

  it('an old copy of a dead branch is restored: it is wiped, whatever its length', async () => {
    let opened = await rig.open();
    await rig.consume(0, many(0, 10));
    await rig.publish(opened);
    await rig.consume(10, many(10, 30));
    const deadBranch = await copyOf(rig);
    await rig.flush();
    opened = await rig.open();
    await rig.decide(...many(100, 115));
    await rig.publish(opened);
    await restore(rig, deadBranch);
    expect(await rig.open()).toMatchObject({ wiped: true, replayed: 25, base: 25 });
  });

  it('the log loses its tail: halt before any OPEN, and delete nothing', async () => {
    const opened = await rig.open();
    await rig.consume(0, many(0, 20));
    await rig.publish(opened);
    const high = rig.log.records(0).length;
    rig.log.truncate(0, high - 5);
    expect(await openPartition(0, rig.owner, () => undefined)).toMatchObject({ status: 'halted' });
    expect(rig.log.records(0)).toHaveLength(high - 5);
    expect((await rig.owner.store.loadAccounts(0, ['acct-1']))[0]?.record).not.toBeNull();
  });

  it('the log no longer reaches back: halt with the store as it was', async () => {
    const opened = await rig.open();
    await rig.consume(0, many(0, 20));
    await rig.publish(opened);
    const again = await rig.open();
    await rig.decide(...many(20, 25));
    await rig.publish(again);
    rig.log.trim(0, 10);
    await rig.flush();
    expect(await openPartition(0, rig.owner, () => undefined)).toMatchObject({ status: 'halted' });
  });

  it('copies each rejection to the dead letters, also when the owner dies in between', async () => {
    const opened = await rig.open();
    await rig.consume(0, [transaction('t1', { amountMinor: 1 })]);
    await rig.consume(1, [transaction('t1', { amountMinor: 2 })]);
    rig.deadLetters.copy = () => new Promise(() => undefined);
    const dying = rig.relay(opened);
    void dying.run();
    while (rig.validEvents().length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
    dying.stop();
    const copied: string[] = [];
    rig.deadLetters.copy = async (rejections) => void copied.push(...rejections.map(({ reason }) => reason));
    await rig.publish(await rig.open());
    expect(copied).toEqual(['identity_conflict']);
  });
});

async function decodedAccounts(rig: PartitionRig, accountIds: string[]) {
  const { decodeAccount, encodeAccount } = await import('#libs/core');
  const stored = await rig.owner.store.loadAccounts(0, accountIds);
  return stored.map(({ record, version }) => {
    return record === null
      ? null
      : Buffer.from(encodeAccount(decodeAccount(record, version ?? 0), null)).toString('base64');
  });
}

async function copyOf(rig: PartitionRig): Promise<[string, Buffer][]> {
  const { redis } = rig.connection;
  const names = await redis.keys(`${rig.keys.partition(0).home.replace(/home$/, '')}*`);
  return Promise.all(
    names.map(async (name): Promise<[string, Buffer]> => [name, (await redis.dumpBuffer(name)) as Buffer]),
  );
}

async function restore(rig: PartitionRig, copies: [string, Buffer][]): Promise<void> {
  await rig.flush();
  for (const [name, dump] of copies) await rig.connection.redis.restore(name, 0, dump);
}
