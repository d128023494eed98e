import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { InputBatch } from '#libs/adapters';
import type { LogRecord } from '#libs/core';
import { systemClock } from '#libs/platform';
import { INPUT_TOPIC, PartitionRig, transaction } from '#libs/testkit';
import type { Worker } from '../src/worker.ts';
import { type FakeConsumer, partitionOf, startWorker, type WorkerUnderTest } from './worker-under-test.ts';

const HERE = partitionOf(INPUT_TOPIC);
const PATIENCE = { timeout: 10_000, interval: 10 };

const valid = (offset: number): LogRecord => {
  const occurredAt = new Date(Date.UTC(2026, 0, 1, 0, 0, offset)).toISOString();
  const wire = { transaction_id: `t${offset}`, account_id: 'acct-1', occurred_at: occurredAt, amount_minor: 100, currency: 'EUR' }; // prettier-ignore
  return { offset, timestampMs: 0, key: null, value: Buffer.from(JSON.stringify(wire)), headers: {} };
};
const invalid = (offset: number): LogRecord => ({ ...valid(offset), value: Buffer.from('{"') });

describe('a worker', () => {
  let rig: PartitionRig;
  let consumer: FakeConsumer;
  let worker: Worker;
  let said: WorkerUnderTest['said'];
  beforeEach(async () => {
    rig = await PartitionRig.start();
    ({ worker, consumer, said } = await startWorker(rig));
    worker.assign([HERE]);
    await vi.waitUntil(() => consumer.started.length > 0, PATIENCE);
  });
  afterEach(async () => {
    await worker.stop();
    await rig.stop();
  });

  const batch = (from: number, records: LogRecord[]): InputBatch => {
    const to = (records.at(-1)?.offset ?? from) + 1;
    return { topic: INPUT_TOPIC, partition: 0, from, to, records, highWatermark: to, isStale: () => false };
  };
  const stored = async () => {
    const { seq, input } = await rig.scoring.store.load(0, []);
    return { seq, position: input.get(INPUT_TOPIC) };
  };
  const range = (from: number, to: number, make: (offset: number) => LogRecord): LogRecord[] =>
    Array.from({ length: to - from }, (_, i) => make(from + i));

  it('that loses a partition and gets it again waits with it for the send that is under way', async () => {
    const holding = rig.log.holdNextAppend(0);
    await rig.decide(transaction('t0'));
    const held = await holding;
    worker.revoke([HERE]);
    worker.assign([HERE]);
    await systemClock.sleep(100);
    expect(rig.log.records(0)).toHaveLength(1);
    held.release();
    await vi.waitUntil(() => consumer.started.length > 1, PATIENCE);
    expect(rig.validEvents()).toHaveLength(1);
  });

  describe('whose input is trimmed by retention while it runs', () => {
    it('raises the position to the first record that is left, says so, and goes on there', async () => {
      expect(await worker.apply(batch(0, range(0, 5, valid)))).toEqual({ next: 5 });
      rig.inputs.set(INPUT_TOPIC, { low: 50, high: 60 });
      await worker.outOfRange({ ...HERE, offset: 5 });
      expect(await stored()).toEqual({ seq: 5, position: 50 });
      expect(consumer.started).toEqual([0, 50]);
      expect(said('input records were deleted before they were decided')).toMatchObject([
        { level: 'error', partition: 0, offset: 5, low: 50 },
      ]);
      expect(await worker.apply(batch(50, range(50, 52, valid)))).toEqual({ next: 52 });
      expect(await stored()).toEqual({ seq: 7, position: 52 });
    });

    it('changes nothing when the partition was taken by another meanwhile', async () => {
      rig.inputs.set(INPUT_TOPIC, { low: 50, high: 60 });
      await rig.owner.store.begin(0, 'another');
      await worker.outOfRange({ ...HERE, offset: 0 });
      expect((await stored()).position).toBeUndefined();
    });

    it('does not move a position that is at or after the first record that is left', async () => {
      await worker.apply(batch(0, range(0, 5, valid)));
      rig.inputs.set(INPUT_TOPIC, { low: 3, high: 60 });
      await worker.outOfRange({ ...HERE, offset: 2 });
      expect(await stored()).toEqual({ seq: 5, position: 5 });
      // Records below the position are passed over: their fate is sealed.
      expect(await worker.apply(batch(3, range(3, 6, valid)))).toEqual({ next: 6 });
      expect(await stored()).toEqual({ seq: 6, position: 6 });
    });

    it('halts when the input has lost its end: new records would lie below the position', async () => {
      await worker.apply(batch(0, range(0, 5, valid)));
      rig.inputs.set(INPUT_TOPIC, { low: 0, high: 3 });
      await worker.outOfRange({ ...HERE, offset: 5 });
      await vi.waitFor(() => expect(worker.ready()).toEqual({ ok: false, reason: 'partition 0 is halted' }), PATIENCE);
      expect(consumer.started).toEqual([0]);
    });
  });

  describe('whose input is broken', () => {
    it('rejects a few percent of invalid records and goes on', async () => {
      for (let from = 0; from < 600; from += 60) {
        const records = range(from, from + 60, (offset) => (offset % 20 === 0 ? invalid(offset) : valid(offset)));
        expect(await worker.apply(batch(from, records))).toEqual({ next: from + 60 });
      }
      expect(await stored()).toEqual({ seq: 600, position: 600 });
    });

    it('holds the partition back before a record too many is rejected, and loses nothing', async () => {
      await worker.apply(batch(0, range(0, 60, valid)));
      await worker.apply(batch(60, range(60, 120, invalid)));
      let isStale = false;
      const held = worker.apply({ ...batch(120, range(120, 180, invalid)), isStale: () => isStale });
      const reason = 'partition 0 of transactions.v1 is held back: 100 of its last 160 records are invalid';
      await vi.waitFor(() => expect(worker.ready()).toEqual({ ok: false, reason }), PATIENCE);
      expect(await stored()).toEqual({ seq: 120, position: 120 });
      expect(said('input held back: too many of its records are invalid')).toMatchObject([
        { level: 'error', partition: 0, from: 120, invalid: 100, of: 160, reason: 'malformed' },
      ]);
      isStale = true;
      expect(await held).toEqual({ next: 120 });
      expect(worker.ready().ok).toBe(true);
    });

    it('is judged anew by who takes the partition next', async () => {
      await worker.apply(batch(0, range(0, 60, invalid)));
      worker.revoke([HERE]);
      worker.assign([HERE]);
      await vi.waitFor(() => expect(consumer.started).toEqual([0, 60]), PATIENCE);
      expect(await worker.apply(batch(60, range(60, 120, invalid)))).toEqual({ next: 120 });
    });
  });
});
