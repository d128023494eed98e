import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  type Clock,
  DAY_MS,
  eventRecord,
  findTail,
  LogFollower,
  NoVerifiableStart,
  type OpenedPartition,
  type Relay,
} from '#libs/core';
import { PartitionRig } from '../../src/rig/partition-rig.ts';
import { transactions } from '../../src/rig/transactions.ts';
import { ownerOf } from './owner-of.ts';

const PATIENCE = { timeout: 10_000 };

describe('reading a log that is only kept in part', () => {
  let rig: PartitionRig;
  beforeEach(async () => {
    rig = await PartitionRig.start();
  });
  afterEach(() => rig.stop());

  const seqs = (): number[] => rig.validEvents().map(({ seq }) => seq);
  const upTo = (last: number): number[] => Array.from({ length: last }, (_, i) => i + 1);
  const opensAt = (): number[] =>
    rig.log.records(0).flatMap(({ offset, headers }) => (headers['o'] === undefined ? [] : offset));

  it('state adopted from a bare record in mid-log', async () => {
    await rig.publish(await rig.openWith(transactions(0, 100)));
    const zombie = new LogFollower();
    for (const record of rig.log.records(0)) zombie.accept(record);
    const next = await rig.open();
    // The owner of epoch 1 has not noticed: its send carries marks that look like the newest, and a claim that is true.
    const event = { key: null, value: Buffer.from('{}'), headers: {} };
    const late = upTo(70).map((i) => eventRecord(event, { epoch: 1, seq: 100 + i }, i === 70 ? zombie.claim : null));
    rig.log.write(0, late);
    const fromTheStart = new LogFollower();
    for (const record of rig.log.records(0)) fromTheStart.accept(record);
    const tail = await findTail(rig.log, 0);
    expect(tail.position).toEqual({ epoch: 2, seq: 100 });
    expect(tail.position).toEqual(fromTheStart.position);
    await rig.decide(...transactions(100, 110));
    await rig.publish(next);
    expect(await rig.open()).toMatchObject({ epoch: 3, base: 110, wiped: false });
    expect(seqs()).toEqual(upTo(110));
  });

  it('halts, and leaves the store as it is, when no claim can be verified any more', async () => {
    await rig.publish(await rig.openWith(transactions(0, 20)));
    const kept = await rig.copy();
    rig.log.trim(0, 5);
    await expect(rig.tryToOpen()).rejects.toThrow(NoVerifiableStart);
    expect((await rig.copy()).map(([name]) => name)).toEqual(kept.map(([name]) => name));
  });

  it('an epoch older than the retention', async () => {
    let laterMs = 0;
    const clock: Clock = { ...rig.owner.clock, monotonicMs: () => rig.owner.clock.monotonicMs() + laterMs };
    const owner = ownerOf(rig, { ports: { clock } });
    const running = owner.run();
    await vi.waitFor(() => expect(opensAt()).toHaveLength(1), PATIENCE);
    for (let day = 1; day <= 3; day++) {
      await vi.waitFor(
        async () =>
          expect(await rig.decide(...transactions(10 * day, 10 * day + 10))).toMatchObject({ status: 'committed' }),
        PATIENCE,
      );
      await vi.waitFor(
        () => expect(rig.log.records(0).filter(({ headers }) => headers['o'] === undefined)).toHaveLength(10 * day),
        PATIENCE,
      );
      laterMs += DAY_MS + 1;
      owner.wake();
      await vi.waitFor(() => expect(opensAt()).toHaveLength(day + 1), PATIENCE);
    }
    owner.stop();
    await running;
    rig.log.trim(0, opensAt()[2] ?? 0);
    expect(await rig.open()).toMatchObject({ epoch: 5, base: 30, wiped: false, replayed: 0 });
  });

  it('daily re-open: nothing in flight, OPEN, goes on', async () => {
    let laterMs = 0;
    const clock: Clock = { ...rig.owner.clock, monotonicMs: () => rig.owner.clock.monotonicMs() + laterMs };
    const owner = ownerOf(rig, { ports: { clock } });
    const running = owner.run();
    await vi.waitFor(() => expect(opensAt()).toEqual([0]), PATIENCE);
    const onItsWay = rig.log.holdNextAppend(0);
    await vi.waitFor(
      async () => expect(await rig.decide(...transactions(0, 10))).toMatchObject({ lastSeq: 10 }),
      PATIENCE,
    );
    const send = await onItsWay;
    laterMs = DAY_MS + 1;
    owner.wake();
    await rig.decide(...transactions(10, 15));
    expect(opensAt()).toEqual([0]);
    send.release();
    await vi.waitFor(() => expect(seqs()).toEqual(upTo(15)), PATIENCE);
    await vi.waitFor(async () => expect((await rig.owner.store.home(0))?.endsWith(':2')).toBe(true), PATIENCE);
    expect(await rig.decide(...transactions(15, 20))).toMatchObject({ status: 'committed' });
    await vi.waitFor(() => expect(seqs()).toEqual(upTo(20)), PATIENCE);
    owner.stop();
    await running;
    expect(opensAt()).toHaveLength(2);
    // Every record is valid: nothing was sent twice, and nothing under an epoch that was over.
    expect(rig.log.records(0)).toHaveLength(2 + 20);
  });

  it('re-opens what was opened together at different times', async () => {
    let laterMs = 0;
    const relayWith = (random: number, opened: OpenedPartition): Relay => {
      const monotonicMs = (): number => rig.owner.clock.monotonicMs() + laterMs;
      return rig.relay(opened, {}, {}, { clock: { ...rig.owner.clock, monotonicMs, random: () => random } });
    };
    const first = relayWith(0.99, await rig.open()).run();
    laterMs += 0.95 * DAY_MS;
    expect(await first).toBe('aged');
    const relay = relayWith(0, await rig.open());
    const second = relay.run();
    laterMs += 0.95 * DAY_MS;
    for (let i = 0; i < 3; i++) {
      await rig.decide(...transactions(i, i + 1));
      relay.wake();
      await vi.waitFor(() => expect(seqs()).toEqual(upTo(i + 1)), PATIENCE);
    }
    relay.stop();
    expect(await second).toBe('stopped');
  });
});
