import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { type LogRecord, OffsetOutOfRange, TransientFault } from '#libs/core';
import { systemClock } from '#libs/platform';
import { type InputBatch, InputPartition, type InputPartitionOptions } from './input-partition.ts';
import type { ReadResult } from './node-fetcher.ts';
import type { ReadRequest } from './partition-reader.ts';

/** A partition of records 0 to `count` - 1, some of them missing, read `perRead` at a time; at the end reads wait for ever. */
class FakeReader {
  readonly reads: number[] = [];
  faults: Error[] = [];
  readonly #count: number;
  readonly #perRead: number;
  readonly #holes: ReadonlySet<number>;

  constructor({ count = 10, perRead = 4, holes = [] as number[] } = {}) {
    this.#count = count;
    this.#perRead = perRead;
    this.#holes = new Set(holes);
  }

  async read({ offset }: ReadRequest): Promise<ReadResult> {
    this.reads.push(offset);
    await delay(1);
    const fault = this.faults.shift();
    if (fault !== undefined) throw fault;
    if (offset > this.#count) throw new OffsetOutOfRange(`${offset}`);
    if (offset === this.#count) return new Promise(() => undefined);
    const nextOffset = Math.min(this.#count, offset + this.#perRead);
    const records: LogRecord[] = [];
    for (let at = offset; at < nextOffset; at += 1) {
      if (!this.#holes.has(at))
        records.push({ offset: at, timestampMs: 0, key: null, value: new Uint8Array(100), headers: {} });
    }
    return { records, nextOffset, highWatermark: this.#count };
  }
}

function deliver(reader: FakeReader, offset: number, changes: Partial<InputPartitionOptions> = {}) {
  const batches: InputBatch[] = [];
  const [outOfRange, crashes]: [number[], unknown[]] = [[], []];
  const partition = new InputPartition(
    {
      topic: 't',
      partition: 0,
      reader,
      clock: systemClock,
      maxRecords: 3,
      maxBytes: 100_000,
      lingerMs: 0,
      onBatch: (batch) => {
        batches.push(batch);
        return Promise.resolve({ next: batch.to });
      },
      onOutOfRange: (at) => outOfRange.push(at),
      onCrash: (error) => crashes.push(error),
      onFetched: () => undefined,
      ...changes,
    },
    offset,
  );
  return { partition, batches, outOfRange, crashes };
}

const shape = ({ from, to, records }: InputBatch): [number, number[], number] => [
  from,
  records.map(({ offset }) => offset),
  to,
];

describe('delivering a partition', () => {
  it('makes batches that lie end to end, holes included', async () => {
    const { partition, batches } = deliver(new FakeReader({ holes: [0, 3, 4, 5, 6, 9] }), 0, { lingerMs: 50 });
    await vi.waitFor(() => expect(partition.position).toBe(10));
    expect(batches.map(shape)).toEqual([
      [0, [1, 2, 7], 8],
      [8, [8], 10],
    ]);
    partition.stop();
  });

  it('fetches ahead while a batch is handled, up to its bound', async () => {
    const reader = new FakeReader({ count: 1_000 });
    const { partition } = deliver(reader, 0, { maxBytes: 1_000, onBatch: () => new Promise(() => undefined) });
    await delay(100);
    expect(reader.reads).toEqual([0, 4, 8, 12]);
    partition.stop();
  });

  it('is fetching while it asks for records, not while those that it has wait to be handled', async () => {
    const waiting = deliver(new FakeReader(), 10).partition;
    const full = deliver(new FakeReader({ count: 1_000 }), 0, {
      maxBytes: 1_000,
      onBatch: () => new Promise(() => undefined),
    }).partition;
    await vi.waitFor(() => expect(full.isFetching).toBe(false));
    expect(waiting.isFetching).toBe(true);
    waiting.stop();
    full.stop();
    expect(waiting.isFetching).toBe(false);
  });

  it('gathers a fuller batch while it lingers', async () => {
    const { partition, batches } = deliver(new FakeReader({ perRead: 1 }), 0, { maxRecords: 100, lingerMs: 100 });
    await vi.waitFor(() => expect(partition.position).toBe(10));
    expect(batches.map(({ records }) => records.length)).toEqual([10]);
    partition.stop();
  });

  it('goes where the handler says, and delivers nothing of what was fetched before that', async () => {
    const nexts = [8, 1];
    const froms: number[] = [];
    const { partition } = deliver(new FakeReader(), 0, {
      onBatch: ({ from, to, records }) => {
        froms.push(from);
        expect(records[0]?.offset).toBe(from);
        return Promise.resolve({ next: nexts.shift() ?? to });
      },
    });
    await vi.waitFor(() => expect(partition.position).toBe(10));
    expect(froms.slice(0, 3)).toEqual([0, 8, 1]);
    partition.stop();
  });

  it('waits out passing faults, without a record lost or repeated', async () => {
    const reader = new FakeReader();
    reader.faults = [new TransientFault('read_failed', 'away'), new TransientFault('read_failed', 'away')];
    const { partition, batches, crashes } = deliver(reader, 0);
    await vi.waitFor(() => expect(partition.position).toBe(10), { timeout: 3_000 });
    expect(batches.flatMap(({ records }) => records.map(({ offset }) => offset))).toEqual([
      0, 1, 2, 3, 4, 5, 6, 7, 8, 9,
    ]);
    expect(crashes).toEqual([]);
    partition.stop();
  });

  it('ends with the offset that is out of range, with any other error as a crash', async () => {
    const lost = deliver(new FakeReader(), 11);
    await vi.waitFor(() => expect(lost.outOfRange).toEqual([11]));
    const reader = new FakeReader();
    reader.faults = [new Error('not readable')];
    const broken = deliver(reader, 0);
    await vi.waitFor(() => expect(broken.crashes).toEqual([new Error('not readable')]));
    const failing = deliver(new FakeReader(), 0, { onBatch: () => Promise.reject(new Error('a bug')) });
    await vi.waitFor(() => expect(failing.crashes).toEqual([new Error('a bug')]));
    const reads = failing.partition.position;
    await delay(20);
    expect([lost, broken, failing].map(({ batches }) => batches.length)).toEqual([0, 0, 0]);
    expect(failing.partition.position).toBe(reads);
  });

  it('makes the batch in hand stale when it is stopped, and delivers no other', async () => {
    let handle = (): void => undefined;
    const staleness: boolean[] = [];
    const { partition } = deliver(new FakeReader(), 0, {
      onBatch: async (batch) => {
        staleness.push(batch.isStale());
        await new Promise<void>((resolve) => (handle = resolve));
        staleness.push(batch.isStale());
        return { next: batch.to };
      },
    });
    await vi.waitFor(() => expect(staleness).toEqual([false]));
    partition.stop();
    handle();
    await delay(20);
    expect([staleness, partition.position]).toEqual([[false, true], 0]);
  });
});
