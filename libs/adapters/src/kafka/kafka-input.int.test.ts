import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { InputRig, soon, upTo } from '../../test/input-rig.ts';
import { createKafka } from './kafka-client.ts';

const rig = new InputRig();
afterEach(() => rig.closeMembers());
afterAll(() => rig.close());

describe('an input consumer', () => {
  it('delivers every record once, in order, in batches that lie end to end', async () => {
    const topic = await rig.makeTopic(3, 1_000);
    const { consumer, handled, batches, crashes } = await rig.join(topic, { maxRecords: 64 });
    await vi.waitFor(
      () => expect([0, 1, 2].map((p) => consumer.position(topic, p))).toEqual([1_000, 1_000, 1_000]),
      soon,
    );
    for (const p of [0, 1, 2]) {
      expect(handled.get(p)).toEqual(upTo(1_000));
      const ofPartition = batches.filter(({ partition }) => partition === p);
      expect(ofPartition.map(({ from }) => from)).toEqual([0, ...ofPartition.slice(0, -1).map(({ to }) => to)]);
      expect(Math.max(...ofPartition.map(({ records }) => records.length))).toBe(64);
    }
    expect(crashes).toEqual([]);
  });

  it('delivers nothing of an assigned partition before it is started, and then from there', async () => {
    const topic = await rig.makeTopic(2, 10);
    const { consumer, handled } = await rig.join(topic, { onAssigned: () => undefined });
    expect(consumer.assignment()).toHaveLength(2);
    await delay(500);
    expect(handled.size).toBe(0);
    expect(consumer.position(topic, 1)).toBeNull();
    consumer.start(topic, 1, 7);
    await vi.waitFor(() => expect(handled.get(1)).toEqual([7, 8, 9]), soon);
    await rig.fill(topic, 1, 1);
    await vi.waitFor(() => expect(handled.get(1)).toEqual([7, 8, 9, 10]), soon);
    expect(handled.has(0)).toBe(false);
  });

  it('goes on where the handler says, back or ahead', async () => {
    const topic = await rig.makeTopic(1, 10);
    const nexts = [2, 0, 8];
    const starts: number[] = [];
    const { consumer } = await rig.join(topic, {
      onBatch: ({ from, to, records }) => {
        expect(records[0]?.offset).toBe(from);
        starts.push(from);
        return Promise.resolve({ next: nexts.shift() ?? to });
      },
    });
    await vi.waitFor(() => expect(consumer.position(topic, 0)).toBe(10), soon);
    expect(starts).toEqual([0, 2, 0, 8]);
  });

  it('makes the batch in hand stale when it is started elsewhere, and ignores what comes of it', async () => {
    const topic = await rig.makeTopic(1, 10);
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    const seen: { from: number; staleAfter: boolean }[] = [];
    const { consumer } = await rig.join(topic, {
      maxRecords: 4,
      onBatch: async (batch) => {
        if (batch.from === 0) await held;
        seen.push({ from: batch.from, staleAfter: batch.isStale() });
        return { next: batch.to };
      },
    });
    await delay(200);
    consumer.start(topic, 0, 6);
    await vi.waitFor(() => expect(consumer.position(topic, 0)).toBe(10), soon);
    release();
    await delay(100);
    expect(seen).toEqual([
      { from: 6, staleAfter: false },
      { from: 0, staleAfter: true },
    ]);
    expect(consumer.position(topic, 0)).toBe(10);
  });

  it('tells of a position that is not in the partition, delivers nothing, and goes on when started again', async () => {
    const topic = await rig.makeTopic(1, 10);
    const { consumer, outOfRange, handled, crashes } = await rig.join(topic, { onAssigned: () => undefined });
    consumer.start(topic, 0, 50);
    await vi.waitFor(() => expect(outOfRange).toEqual([{ topic, partition: 0, offset: 50 }]), soon);
    const { high } = await consumer.watermarks(topic, 0);
    consumer.start(topic, 0, high - 1);
    await vi.waitFor(() => expect(handled.get(0)).toEqual([9]), soon);
    expect(crashes).toEqual([]);
  });

  it('reads what transactions committed, and nothing of those that were aborted', async () => {
    const topic = await rig.makeTopic(1);
    const transactional = createKafka(rig.kafka).producer({
      transactionalId: topic,
      idempotent: true,
      maxInFlightRequests: 1,
    });
    await transactional.connect();
    for (const value of ['aborted', 'committed']) {
      const transaction = await transactional.transaction();
      await transaction.send({ topic, messages: [{ value, partition: 0 }] });
      await (value === 'aborted' ? transaction.abort() : transaction.commit());
    }
    await transactional.disconnect();
    const { consumer, batches } = await rig.join(topic);
    await vi.waitFor(() => expect(consumer.position(topic, 0)).toBeGreaterThanOrEqual(3), soon);
    expect(batches.flatMap(({ records }) => records.map(({ value }) => Buffer.from(value!).toString()))).toEqual([
      'committed',
    ]);
    expect(batches[0]).toMatchObject({ from: 0 });
  });

  it.each(['gzip', 'zstd'])('reads what a broker compresses by %s', async (compression) => {
    const topic = await rig.makeTopic(1, 500, { 'compression.type': compression });
    const { consumer, handled } = await rig.join(topic);
    await vi.waitFor(() => expect(consumer.position(topic, 0)).toBe(500), soon);
    expect(handled.get(0)).toEqual(upTo(500));
  });

  it('ends with advice at a compression that it does not know', async () => {
    const topic = await rig.makeTopic(1, 5, { 'compression.type': 'lz4' });
    const { crashes } = await rig.join(topic);
    await vi.waitFor(() => expect(crashes).toHaveLength(1), soon);
    expect(String(crashes[0])).toMatch(/compression.type to zstd/);
  });

  it('reports a handler that failed', async () => {
    const topic = await rig.makeTopic(1, 1);
    const { crashes } = await rig.join(topic, { onBatch: () => Promise.reject(new Error('a bug')) });
    await vi.waitFor(() => expect(crashes).toEqual([new Error('a bug')]), soon);
  });
});
