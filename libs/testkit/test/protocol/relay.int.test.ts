import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { MAX_ORIGINAL_BYTES, MAX_OUTPUT_RECORD_BYTES } from '#libs/contracts';
import {
  applyInput,
  type BatchItem,
  decideRequests,
  type DecisionLog,
  type InputItem,
  type NewLogRecord,
  scoreBatch,
  TransientFault,
} from '#libs/core';
import { INPUT_TOPIC, inputBatch, PartitionRig } from '../../src/rig/partition-rig.ts';
import { requestsOf, transaction, transactions } from '../../src/rig/transactions.ts';
import { overriding } from './overriding.ts';

const SMALL_SENDS = { maxSendBytes: 4_000 };
const PATIENCE = { timeout: 10_000 };
const FULL = { status: 'unavailable', reason: 'full' };

describe('publishing the outbox', () => {
  let rig: PartitionRig;
  beforeEach(async () => {
    rig = await PartitionRig.start();
  });
  const others: PartitionRig[] = [];
  afterEach(async () => {
    for (const started of [rig, ...others.splice(0)]) await started.stop();
  });

  async function limitedRig(outboxLimit: number): Promise<PartitionRig> {
    const limited = await PartitionRig.start({ outboxLimit });
    others.push(limited);
    return limited;
  }

  function ask({ scoring }: PartitionRig, id: string, minute: number): ReturnType<typeof decideRequests> {
    const deadlineMs = scoring.clock.monotonicMs() + 5_000;
    return decideRequests({ partition: 0, items: requestsOf(transaction(id, { minute })), deadlineMs }, scoring);
  }

  const upTo = (last: number): number[] => Array.from({ length: last }, (_, i) => i + 1);
  const seqs = (): number[] => rig.validEvents().map(({ seq }) => seq);
  const expectPublished = (last: number): Promise<void> =>
    vi.waitFor(() => expect(seqs()).toEqual(upTo(last)), PATIENCE);
  const idsInLog = (): string[] =>
    rig
      .validEvents()
      .flatMap(({ event }) => (event.type === 'decision.made' ? event.decision.transaction.transactionId : []));
  const isEvent = ({ headers }: NewLogRecord): boolean => headers['o'] === undefined;

  it('gap after a failed send', async () => {
    const opened = await rig.openWith(transactions(0, 30));
    const relay = rig.relay(opened, {}, SMALL_SENDS);
    const first = rig.log.holdNextAppend(0);
    const running = relay.run();
    rig.log.nextAppends(0, 'fail_before');
    (await first).release();
    await expectPublished(30);
    relay.stop();
    await running;
    expect(rig.log.records(0).filter(isEvent)).toHaveLength(30);
  });

  it('duplicate after a failed send', async () => {
    const opened = await rig.openWith(transactions(0, 30));
    rig.log.nextAppends(0, 'twice_fail', 'fail_after', 'twice');
    await rig.publish(opened);
    expect(seqs()).toEqual(upTo(30));
    expect(idsInLog()).toEqual(transactions(0, 30).map(({ transactionId }) => transactionId));
  });

  it('reorder after a failed send', async () => {
    const opened = await rig.openWith(transactions(0, 10));
    const relay = rig.relay(opened);
    const onItsWay = rig.log.holdNextAppend(0);
    const running = relay.run();
    const packet = await onItsWay;
    packet.fail();
    await expectPublished(10);
    await rig.decide(...transactions(10, 20));
    await expectPublished(20);
    packet.release();
    await rig.decide(...transactions(20, 30));
    await expectPublished(30);
    relay.stop();
    expect(await running).toBe('stopped');
    expect(idsInLog()).toEqual(transactions(0, 30).map(({ transactionId }) => transactionId));
  });

  it('zombie after a newer OPEN', async () => {
    const opened = await rig.openWith(transactions(0, 10));
    const relay = rig.relay(opened);
    const onItsWay = rig.log.holdNextAppend(0);
    const zombie = relay.run();
    const send = await onItsWay;
    const log = overriding<DecisionLog>(rig.log, { append: async (of, records) => rig.log.write(of, records) });
    const next = await rig.tryToOpen({ log });
    if (next.status !== 'opened') throw new Error(next.status);
    await rig.decide(...transactions(10, 15));
    send.release();
    expect(await zombie).toBe('taken');
    await rig.publish(next);
    expect(
      rig.log
        .records(0)
        .filter(isEvent)
        .map(({ headers }) => headers['e']),
    ).toEqual([...Array.from({ length: 10 }, () => '1'), ...Array.from({ length: 15 }, () => '2')]);
    expect(idsInLog()).toEqual(transactions(0, 15).map(({ transactionId }) => transactionId));
  });

  it.each(['fail_before', 'fail_after', 'partly', 'twice', 'twice_fail'] as const)(
    'publishes all once when two sends do this: %s',
    async (fate) => {
      const opened = await rig.openWith(transactions(0, 30));
      rig.log.nextAppends(0, fate, fate);
      await rig.publish(opened);
      expect(seqs()).toEqual(upTo(30));
    },
  );

  it('sends again what was acknowledged and is not valid', async () => {
    const opened = await rig.openWith(transactions(0, 30));
    let sends = 0;
    const forgetful = overriding<DecisionLog>(rig.log, {
      append: async (partition, records) => rig.log.append(partition, ++sends === 1 ? records.slice(1) : records),
    });
    const relay = rig.relay(opened, {}, SMALL_SENDS, { log: forgetful });
    const running = relay.run();
    await expectPublished(30);
    relay.stop();
    await running;
  });

  it('publishes what was committed over both doors, in order, once', async () => {
    const opened = await rig.open();
    await rig.consume(0, transactions(0, 40));
    await rig.decide(...transactions(40, 60));
    await rig.publish(opened);
    expect(idsInLog()).toEqual(transactions(0, 60).map(({ transactionId }) => transactionId));
  });

  it('publishes what a dead owner left in the outbox', async () => {
    await rig.openWith(transactions(0, 30));
    const next = await rig.open();
    expect(next).toMatchObject({ epoch: 2, base: 0, wiped: false });
    await rig.publish(next);
    expect(seqs()).toEqual(upTo(30));
  });

  it('one event larger than the broker takes', async () => {
    const sends: number[] = [];
    const broker = overriding<DecisionLog>(rig.log, {
      append: async (partition, records) => {
        const bytes = records.reduce((sum, { key, value }) => sum + (key?.length ?? 0) + (value?.length ?? 0), 0);
        sends.push(bytes);
        if (bytes + 1_000 * records.length > MAX_OUTPUT_RECORD_BYTES) {
          throw new TransientFault('message_too_large', `${bytes} bytes`);
        }
        return rig.log.append(partition, records);
      },
    });
    const opened = await rig.open();
    const lengths = [
      10,
      MAX_ORIGINAL_BYTES - 1,
      MAX_ORIGINAL_BYTES + 1,
      8 * 1024 * 1024,
      10,
      300_000,
      300_000,
      300_000,
    ];
    for (const [offset, length] of lengths.entries()) {
      const original = { topic: INPUT_TOPIC, partition: 0, offset, key: null, value: Buffer.alloc(length, '{') };
      const item: BatchItem = { kind: 'invalid', reason: 'malformed', field: null, detail: 'no JSON', original };
      await scoreBatch(
        { partition: 0, input: { topic: INPUT_TOPIC, from: offset, to: offset + 1 }, items: [item] },
        rig.scoring,
      );
    }
    const relay = rig.relay(opened, {}, { maxSendBytes: 1024 * 1024 }, { log: broker });
    const running = relay.run();
    await expectPublished(lengths.length);
    relay.stop();
    await running;
    expect(sends.length).toBeGreaterThan(2);
    expect(Math.max(...sends)).toBeLessThan(MAX_OUTPUT_RECORD_BYTES);
  });

  it('owner dies between a valid rejection and its copy', async () => {
    const opened = await rig.open();
    await rig.consume(0, [transaction('t1', { amountMinor: 1 })]);
    await rig.consume(1, [transaction('t1', { amountMinor: 2 })]);
    const stuck = { copy: () => new Promise<void>(() => undefined) };
    const dying = rig.relay(opened, {}, {}, { deadLetters: stuck });
    void dying.run();
    await expectPublished(2);
    dying.stop();
    await rig.publish(await rig.open());
    expect(rig.deadLetters.copied.map(({ reason }) => reason)).toEqual(['identity_conflict']);
  });

  it('Kafka away, api goes on committing', async () => {
    const small = await limitedRig(10);
    const opened = await small.open();
    const relay = small.relay(opened);
    const noReply = small.log.holdNextAppend(0);
    const running = relay.run();
    for (let i = 0; i < 10; i++) expect(await ask(small, `a${i}`, i)).toMatchObject([{ status: 'done' }]);
    for (let i = 0; i < 3; i++) expect(await ask(small, `b${i}`, i)).toEqual([FULL]);
    expect(await small.connection.redis.xlen(small.keys.partition(0).outbox)).toBe(10);
    (await noReply).release();
    await vi.waitFor(async () => expect(await ask(small, 'b0', 11)).toMatchObject([{ status: 'done' }]), PATIENCE);
    await vi.waitFor(() => expect(small.validEvents()).toHaveLength(11), PATIENCE);
    relay.stop();
    await running;
  });

  it('FULL: the worker waits with its batch, the api answers as closed', async () => {
    const small = await limitedRig(10);
    const opened = await small.openWith(transactions(10, 18));
    const refusals: string[] = [];
    const work = inputBatch(0, transactions(0, 5));
    const applying = applyInput(
      { partition: 0, input: { topic: INPUT_TOPIC, from: 0, to: 5 }, items: work.items as InputItem[] },
      small.scoring,
      { committed: () => undefined, refused: (reason) => refusals.push(reason), abandoned: () => false },
    );
    await vi.waitFor(() => expect(refusals.length).toBeGreaterThanOrEqual(2), PATIENCE);
    expect(new Set(refusals)).toEqual(new Set(['full']));
    const deadlineMs = small.scoring.clock.monotonicMs() + 5_000;
    const three = transactions(18, 21);
    expect(await decideRequests({ partition: 0, items: requestsOf(...three), deadlineMs }, small.scoring)).toEqual(
      three.map(() => FULL),
    );
    expect((await small.scoring.store.load(0, [])).seq).toBe(8);
    const relay = small.relay(opened);
    const running = relay.run();
    expect(await applying).toEqual({ status: 'applied', next: 5 });
    await vi.waitFor(() => expect(small.validEvents()).toHaveLength(13), PATIENCE);
    relay.stop();
    await running;
  });
});
