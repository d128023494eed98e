import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type DecisionLog, homeEpoch, openRecord, type PartitionOwner, PROTOCOL_VERSION } from '#libs/core';
import { PartitionRig } from '../../src/rig/partition-rig.ts';
import { transactions } from '../../src/rig/transactions.ts';
import { ownerOf } from './owner-of.ts';
import { overriding } from './overriding.ts';

const PATIENCE = { timeout: 10_000 };

describe('opening a partition', () => {
  let rig: PartitionRig;
  beforeEach(async () => {
    rig = await PartitionRig.start();
  });
  afterEach(() => rig.stop());

  /** The log as another process writes to it, while an append of this one is under way. */
  const otherProducer = (before: () => void = () => undefined): DecisionLog =>
    overriding<DecisionLog>(rig.log, {
      append: async (partition, records) => {
        before();
        rig.log.write(partition, records);
      },
    });
  const seqs = (): number[] => rig.validEvents().map(({ seq }) => seq);
  const upTo = (last: number): number[] => Array.from({ length: last }, (_, i) => i + 1);
  const storedSeq = async (): Promise<number> => (await rig.scoring.store.load(0, [])).seq;

  it('two openers, both read S and C; the slower one sets `seq` back', async () => {
    await rig.publish(await rig.openWith(transactions(0, 10)));
    const atLastStep = Promise.withResolvers<void>();
    const goOn = Promise.withResolvers<void>();
    const slower = rig.tryToOpen({
      store: overriding(rig.owner.store, {
        open: async (request) => {
          atLastStep.resolve();
          await goOn.promise;
          return rig.owner.store.open(request);
        },
      }),
    });
    await atLastStep.promise;
    const faster = await rig.open();
    await rig.decide(...transactions(10, 15));
    goOn.resolve();
    expect(await slower).toMatchObject({ status: 'lost' });
    expect(await storedSeq()).toBe(15);
    await rig.publish(faster);
    expect(seqs()).toEqual(upTo(15));
  });

  it('raises `seq` to the position of the log, and never sets it back', async () => {
    const { store } = rig.owner;
    const openOn = async (base: number): Promise<void> => {
      const { home } = await store.begin(0, `nonce-${base}`);
      const request = { partition: 0, home, epoch: 1, base, position: '1:1:0:0', lowWatermarks: new Map() };
      expect(await store.open(request)).toMatchObject({ status: 'ok' });
    };
    await openOn(25);
    expect(await storedSeq()).toBe(25);
    await openOn(20);
    expect(await storedSeq()).toBe(25);
  });

  /** An owner that counts what it does, and may open again only when the test says so. */
  function countingOwner(): { owner: PartitionOwner; begun: () => number; asked: () => number; allow: () => void } {
    let [begun, asked, allowed] = [0, 0, false];
    const store = overriding(rig.owner.store, {
      begin: (partition, nonce) => {
        begun += 1;
        return rig.owner.store.begin(partition, nonce);
      },
    });
    const mayOpenAgain = (): boolean => {
      asked += 1;
      return allowed;
    };
    const owner = ownerOf(rig, { ports: { store }, mayOpenAgain });
    return { owner, begun: () => begun, asked: () => asked, allow: () => (allowed = true) };
  }

  it('loser of an OPEN retries at once', async () => {
    const { owner: loser, begun, asked, allow } = countingOwner();
    const onItsWay = rig.log.holdNextAppend(0);
    const running = loser.run();
    const open = await onItsWay;
    expect(await rig.tryToOpen({ log: otherProducer() })).toMatchObject({ status: 'opened', epoch: 1 });
    open.release();
    await vi.waitFor(() => expect(asked()).toBeGreaterThanOrEqual(2), PATIENCE);
    expect(begun()).toBe(1);
    expect(await rig.decide(...transactions(0, 5))).toMatchObject({ status: 'committed', lastSeq: 5 });
    allow();
    await vi.waitFor(() => expect(seqs()).toEqual(upTo(5)), PATIENCE);
    loser.stop();
    await running;
    expect(begun()).toBe(2);
  });

  it('an owner whose partition was taken stands back too', async () => {
    const { owner: zombie, begun, asked } = countingOwner();
    const running = zombie.run();
    await vi.waitFor(async () => expect(homeEpoch(await rig.owner.store.home(0))).toBe(1), PATIENCE);
    const taken = await rig.tryToOpen({ log: otherProducer() });
    if (taken.status !== 'opened') throw new Error(taken.status);
    await vi.waitFor(() => expect(asked()).toBeGreaterThanOrEqual(2), PATIENCE);
    expect(begun()).toBe(1);
    expect(await rig.owner.store.home(0)).toBe(taken.home);
    zombie.stop();
    await running;
    expect(await rig.owner.store.home(0)).toBe(taken.home);
  });

  it('produce lands between tail read and OPEN', async () => {
    const opened = await rig.openWith(transactions(0, 10));
    const onItsWay = rig.log.holdNextAppend(0);
    const relay = rig.relay(opened);
    const running = relay.run();
    const produce = await onItsWay;
    expect(await rig.tryToOpen({ log: otherProducer(() => produce.release()) })).toMatchObject({ status: 'lost' });
    expect(rig.validEvents()).toHaveLength(10);
    expect(await rig.open()).toMatchObject({ epoch: 2, base: 10, wiped: false });
    expect(await running).toBe('taken');
    expect(seqs()).toEqual(upTo(10));
  });

  it('late OPEN', async () => {
    await rig.publish(await rig.openWith(transactions(0, 10)));
    const onItsWay = rig.log.holdNextAppend(0);
    const late = rig.tryToOpen();
    const open = await onItsWay;
    open.fail();
    expect(await late).toMatchObject({ status: 'lost' });
    const opened = await rig.open();
    expect(opened).toMatchObject({ epoch: 2, base: 10 });
    await rig.decide(...transactions(10, 15));
    open.release();
    await rig.publish(opened);
    expect(seqs()).toEqual(upTo(15));
    expect(await rig.open()).toMatchObject({ epoch: 3, base: 15, wiped: false });
  });

  it('duplicate OPEN', async () => {
    rig.log.nextAppends(0, 'twice');
    const opened = await rig.open();
    expect(opened).toMatchObject({ epoch: 1, base: 0 });
    rig.log.write(0, rig.log.records(0).slice(0, 1));
    await rig.decide(...transactions(0, 5));
    await rig.publish(opened);
    expect(seqs()).toEqual(upTo(5));
    expect(await rig.open()).toMatchObject({ epoch: 2, base: 5 });
  });

  it('opens even if the send of its OPEN failed and yet arrived', async () => {
    rig.log.nextAppends(0, 'fail_after');
    expect(await rig.open()).toMatchObject({ epoch: 1, base: 0 });
  });

  it('a newer protocol in `home`: does not begin, and commits nothing', async () => {
    await rig.open();
    const { home } = rig.keys.partition(0);
    const newer = (await rig.owner.store.home(0))?.replace(/:\d+:(\d+)$/, `:${PROTOCOL_VERSION + 1}:$1`) ?? '';
    await rig.connection.redis.set(home, newer);
    expect(await rig.tryToOpen()).toEqual({ status: 'newer_protocol' });
    expect(await rig.decide(...transactions(0, 1))).toMatchObject({ status: 'closed' });
    expect(await rig.owner.store.home(0)).toBe(newer);
    expect(rig.log.records(0)).toHaveLength(1);
  });

  it('a newer protocol in the last valid OPEN: does not begin', async () => {
    const { follower } = await rig.open();
    const home = await rig.owner.store.home(0);
    const open = { epoch: 2, base: 0, nonce: 'newer', table: [{ epoch: 2, base: 0 }], claim: follower.claim };
    rig.log.write(0, [openRecord({ ...open, protocolVersion: PROTOCOL_VERSION + 1 })]);
    expect(await rig.tryToOpen()).toEqual({ status: 'newer_protocol' });
    expect(await rig.owner.store.home(0)).toBe(home);
    expect(rig.log.records(0)).toHaveLength(2);
  });
});
