import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { homeState, type LogRecord } from '#libs/core';
import { INPUT_TOPIC, PartitionRig } from '#libs/testkit';
import { LABEL_TOPIC, partitionOf, startWorker, type WorkerUnderTest } from './worker-under-test.ts';

const TRANSACTIONS = partitionOf(INPUT_TOPIC);
const LABELS = partitionOf(LABEL_TOPIC);
const PATIENCE = { timeout: 10_000, interval: 20 };
/** A guest looks once in this time at the latest. */
const A_LOOK_MS = 1_600;

const at = (minute: number): string => new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString();
const bytes = (wire: object): Buffer => Buffer.from(JSON.stringify(wire));

function transactionAt(offset: number): Buffer {
  const id = `t${offset}`;
  return bytes({ transaction_id: id, account_id: 'acct-1', occurred_at: at(offset), amount_minor: 9, currency: 'EUR' });
}

function labelAt(offset: number): Buffer {
  const about = { account_id: 'acct-1', transaction_id: `t${offset}` };
  return bytes({ ...about, label: 'fraud', source: 'analyst', reported_at: at(100 + offset) });
}

describe('labels that a worker is assigned', () => {
  let rig: PartitionRig;
  let under: WorkerUnderTest;
  beforeEach(async () => {
    rig = await PartitionRig.start();
    under = await startWorker(rig);
  });
  afterEach(async () => {
    await under.worker.stop();
    await rig.stop();
  });

  const deliver = async (topic: string, from: number, ...values: readonly Buffer[]): Promise<number> => {
    const records = values.map((value, i): LogRecord => {
      return { offset: from + i, timestampMs: 0, key: null, value, headers: {} };
    });
    const to = from + values.length;
    const batch = { topic, partition: 0, from, to, records, highWatermark: to, isStale: () => false };
    const { next } = await under.worker.apply(batch);
    under.consumer.positions.set(topic, next);
    return next;
  };
  const startsOf = (topic: string): readonly number[] => under.consumer.starts.get(topic) ?? [];
  const stored = async () => {
    const { home, input } = await rig.scoring.store.load(0, []);
    return { home: homeState(home), labels: input.get(LABEL_TOPIC) ?? 0, transactions: input.get(INPUT_TOPIC) ?? 0 };
  };
  const own = async (): Promise<void> => {
    under.worker.assign([TRANSACTIONS]);
    await vi.waitUntil(() => startsOf(INPUT_TOPIC).length > 0, PATIENCE);
  };
  const ofLog = () =>
    rig.validEvents().map(({ event }) => (event.type === 'label.recorded' ? event.label.transactionId : event.type));

  it('open nothing: they are read when another process has opened the partition, and committed there', async () => {
    under.worker.assign([LABELS]);
    await new Promise((resolve) => setTimeout(resolve, A_LOOK_MS));
    expect([await stored(), startsOf(LABEL_TOPIC)]).toEqual([{ home: 'closed', labels: 0, transactions: 0 }, []]);
    const opened = await rig.open();
    await vi.waitUntil(() => startsOf(LABEL_TOPIC).length > 0, PATIENCE);
    expect(await deliver(LABEL_TOPIC, 0, labelAt(0))).toBe(1);
    await rig.publish(opened);
    expect([ofLog(), (await stored()).labels]).toEqual([['t0'], 1]);
    expect(under.worker.ready()).toEqual({ ok: true, detail: '0 partitions open' });
    under.worker.revoke([LABELS]);
    expect((await stored()).home).toBe('open');
  });

  it('have a position, and rejections, of their own', async () => {
    await own();
    under.worker.assign([LABELS]);
    await vi.waitUntil(() => startsOf(LABEL_TOPIC).length > 0, PATIENCE);
    await deliver(INPUT_TOPIC, 0, transactionAt(0), transactionAt(1));
    await deliver(LABEL_TOPIC, 0, labelAt(1), Buffer.from('{'), transactionAt(7), labelAt(0));
    await vi.waitUntil(() => ofLog().length === 6, PATIENCE);
    expect(await stored()).toEqual({ home: 'open', labels: 4, transactions: 2 });
    expect(ofLog()).toEqual(['decision.made', 'decision.made', 't1', 'transaction.rejected', 'transaction.rejected', 't0']); // prettier-ignore
    await vi.waitUntil(() => rig.deadLetters.copied.length === 2, PATIENCE);
    expect(rig.deadLetters.copied.map(({ reason, original }) => [reason, original.topic, original.offset])).toEqual([
      ['malformed', LABEL_TOPIC, 1],
      ['invalid_label', LABEL_TOPIC, 2],
    ]);
  });

  it('are read again from where a rebuilt store stands, and each is recorded once', async () => {
    await own();
    under.worker.assign([LABELS]);
    await vi.waitUntil(() => startsOf(LABEL_TOPIC).length > 0, PATIENCE);
    await deliver(LABEL_TOPIC, 0, labelAt(0), labelAt(1));
    await vi.waitUntil(() => ofLog().length === 2, PATIENCE);
    const held = rig.log.holdNextAppend(0);
    await deliver(LABEL_TOPIC, 2, labelAt(2));
    const append = await held;
    await rig.flush();
    append.fail();
    await vi.waitUntil(() => startsOf(LABEL_TOPIC).length === 2, PATIENCE);
    expect(startsOf(LABEL_TOPIC)).toEqual([0, 2]);
    // The first two come again as well, as after a seek to an older offset.
    expect(await deliver(LABEL_TOPIC, 0, labelAt(0), labelAt(1), labelAt(2), labelAt(0))).toBe(4);
    await vi.waitUntil(() => ofLog().length === 3, PATIENCE);
    expect(ofLog()).toEqual(['t0', 't1', 't2']);
    expect(await stored()).toMatchObject({ home: 'open', labels: 4 });
  });

  it('are handed back without closing what is owned, and wait while the partition changes hands', async () => {
    await own();
    under.worker.assign([LABELS]);
    await vi.waitUntil(() => startsOf(LABEL_TOPIC).length > 0, PATIENCE);
    under.worker.revoke([TRANSACTIONS]);
    await vi.waitUntil(async () => (await stored()).home === 'closed', PATIENCE);
    const waiting = deliver(LABEL_TOPIC, 0, labelAt(0));
    const opened = await rig.open();
    expect(await waiting).toBe(1);
    await rig.publish(opened);
    expect(ofLog()).toEqual(['t0']);
  });
});
