import { Writable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { InputBatch } from '#libs/adapters';
import { createLabelParser, createTransactionParser } from '#libs/contracts';
import type { LogRecord, Watermarks } from '#libs/core';
import { createLogger, createMetrics, NO_TRACING, systemClock } from '#libs/platform';
import { INPUT_TOPIC, PartitionRig, RELAY_LIMITS } from '#libs/testkit';
import type { InputWork } from '../src/apply-batch.ts';
import { labelReader, type ReadValue, transactionReader } from '../src/read-record.ts';
import { InputGuard } from '../src/input-guard.ts';
import { Worker, type WorkerConsumer } from '../src/worker.ts';

const LABEL_TOPIC = 'labels.v1';
const HERE = { topic: INPUT_TOPIC, partition: 0 };
const PATIENCE = { timeout: 10_000, interval: 10 };

/** A member of the group that is told what to deliver by the test. */
class FakeConsumer implements WorkerConsumer {
  /** Where delivery was started, in order. */
  readonly started: number[] = [];
  readonly generation = 1;
  readonly isFetching = false;
  readonly lastFetchMs = 0;
  get lastHeartbeatMs(): number {
    return performance.now();
  }
  start(_topic: string, _partition: number, offset: number): void {
    this.started.push(offset);
  }
  halt(): void {}
  position(): number | null {
    return null;
  }
  async join(): Promise<void> {}
  async close(): Promise<void> {}
  async commit(): Promise<void> {}
  async watermarks(): Promise<Watermarks> {
    return { low: 0, high: 1_000_000 };
  }
}

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
  let lines: Record<string, unknown>[];
  beforeEach(async () => {
    rig = await PartitionRig.start();
    consumer = new FakeConsumer();
    lines = [];
    const destination = new Writable({
      write(chunk: Buffer, _, done) {
        lines.push(JSON.parse(chunk.toString()) as Record<string, unknown>);
        done();
      },
    });
    const logger = createLogger({ service: 'worker', level: 'info', destination });
    const onBug = (error: unknown): never => {
      throw error;
    };
    const rules = { unknownFields: 'ignore', refuseCardNumbers: true } as const;
    const inputOf = (topic: string, read: ReadValue): InputWork => ({
      topic,
      partitions: 1,
      ports: rig.scoring,
      read,
      forward: () => Promise.reject(new Error('there is one partition')),
      forwarded: () => undefined,
      unknownFields: () => undefined,
      guard: new InputGuard({ topic, invalidPercent: 10, invalidWindowRecords: 1_000, clock: systemClock, logger }),
      limits: { batchTransactions: 64, batchBytes: 1_000_000 },
    });
    worker = new Worker({
      consumer,
      clock: systemClock,
      logger,
      metrics: createMetrics(),
      tracing: NO_TRACING,
      onBug,
      onSilent: onBug,
      fetchSilenceMs: 60_000,
      store: rig.owner.store,
      keepDetails: () => undefined,
      work: {
        transactions: inputOf(INPUT_TOPIC, transactionReader(createTransactionParser(rules))),
        labels: inputOf(LABEL_TOPIC, labelReader(createLabelParser(rules))),
      },
      surroundings: {
        owner: rig.owner,
        topic: INPUT_TOPIC,
        relayLimits: RELAY_LIMITS,
        logger,
        metrics: createMetrics(),
      },
    });
    await worker.start();
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
  const said = (message: string) => lines.filter(({ msg }) => msg === message);
  const range = (from: number, to: number, make: (offset: number) => LogRecord): LogRecord[] =>
    Array.from({ length: to - from }, (_, i) => make(from + i));

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
