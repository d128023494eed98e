import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { OffsetOutOfRange } from '#libs/core';
import type { FetchRequest, Lane } from './cluster-link.ts';
import type { FetchedPartition, FetchResponse } from './fetch-protocol.ts';
import { PartitionReader, type PartitionReaderOptions } from './partition-reader.ts';
import { encodeRecordBatch } from './record-batch-encoder.ts';
import { UnreadableBatch } from './record-batch-decoder.ts';

interface Asked {
  readonly nodeId: string;
  readonly lane: Lane;
  readonly request: FetchRequest;
  answer(partitions: readonly FetchedPartition[], errorCode?: number): void;
  fail(error: Error): void;
}

/** A cluster whose requests wait for the test to answer them. */
class FakeLink {
  readonly asked: Asked[] = [];
  readonly leaders = new Map<number, string>();
  stale = 0;

  leaderOf(_: string, partition: number): Promise<string> {
    return Promise.resolve(this.leaders.get(partition) ?? 'n1');
  }

  markStale(): void {
    this.stale += 1;
  }

  fetch(nodeId: string, lane: Lane, request: FetchRequest): Promise<FetchResponse> {
    return new Promise((resolve, reject) => {
      this.asked.push({
        nodeId,
        lane,
        request,
        answer: (partitions, errorCode = 0) => resolve({ clientSideThrottleTime: 0, errorCode, partitions }),
        fail: reject,
      });
    });
  }

  /** The next request, once it has been made. */
  async next(): Promise<Asked> {
    for (let tries = 0; tries < 200; tries += 1) {
      const asked = this.asked.shift();
      if (asked !== undefined) return asked;
      await delay(2);
    }
    throw new Error('No request was made');
  }
}

function fetched(partition: number, changes: Partial<FetchedPartition> = {}): FetchedPartition {
  const nothing = { errorCode: 0, highWatermark: 0, lastStableOffset: 0, lowWatermark: 0, aborted: [] };
  return { topic: 't', partition, ...nothing, recordSet: Buffer.alloc(0), ...changes };
}

const batch = (text: string): Buffer => encodeRecordBatch([{ key: null, value: Buffer.from(text), headers: {} }], 1);
const withRecord = (partition: number): FetchedPartition =>
  fetched(partition, { highWatermark: 1, recordSet: batch('a') });

function make(options: Partial<PartitionReaderOptions> = {}) {
  const link = new FakeLink();
  const reader = new PartitionReader(link, { readCommitted: false, deadlineMs: 500, ...options });
  const read = (partition: number, { offset = 0, maxWaitMs = 1_000, maxBytes = 1_000 } = {}) =>
    reader.read({ topic: 't', partition, offset, maxBytes, maxWaitMs });
  return { link, reader, read };
}

const partitionsOf = ({ request }: Asked): number[] => request.positions.map(({ partition }) => partition);

describe('reading partitions', () => {
  it('puts the reads of one turn into one request per broker', async () => {
    const { link, read } = make();
    link.leaders.set(2, 'n2');
    const reads = [read(0), read(1), read(2)];
    const [first, second] = [await link.next(), await link.next()];
    expect([first.nodeId, partitionsOf(first), second.nodeId, partitionsOf(second)]).toEqual(['n1', [0, 1], 'n2', [2]]);
    first.answer([withRecord(0), withRecord(1)]);
    second.answer([withRecord(2)]);
    for (const each of await Promise.all(reads)) expect(each).toMatchObject({ nextOffset: 1, highWatermark: 1 });
  });

  it('answers a read that comes during a poll at once, beside the poll', async () => {
    const { link, read } = make();
    const waiting = read(0);
    const poll = await link.next();
    expect([poll.lane, poll.request.maxWaitMs]).toEqual(['fetch', 100]);
    const late = read(1);
    const look = await link.next();
    expect([look.lane, look.request.maxWaitMs, partitionsOf(look)]).toEqual(['main', 0, [1]]);
    look.answer([withRecord(1)]);
    await late;
    poll.answer([withRecord(0)]);
    await waiting;
  });

  it('has a read that found nothing join the next poll, and ends it when its time is over even during a poll', async () => {
    const { link, read } = make({ pollMs: 10_000 });
    const waiting = read(0, { maxWaitMs: 400 });
    const poll = await link.next();
    const [joins, ends] = [read(1, { maxWaitMs: 400 }), read(2, { maxWaitMs: 30 })];
    (await link.next()).answer([fetched(1), fetched(2)]);
    expect(await ends).toEqual({ records: [], nextOffset: 0, highWatermark: 0 });
    poll.answer([withRecord(0)]);
    await waiting;
    const next = await link.next();
    expect([next.lane, partitionsOf(next)]).toEqual(['fetch', [1]]);
    next.answer([withRecord(1)]);
    expect((await joins).records).toHaveLength(1);
  });

  it('never waits on the broker longer than any of its reads wants to', async () => {
    const { link, read } = make({ pollMs: 10_000 });
    const reads = [read(0, { maxWaitMs: 300 }), read(1, { maxWaitMs: 60 })];
    const poll = await link.next();
    expect(poll.request.maxWaitMs).toBeGreaterThan(20);
    expect(poll.request.maxWaitMs).toBeLessThanOrEqual(60);
    poll.answer([withRecord(0), withRecord(1)]);
    await Promise.all(reads);
  });

  it('asks for more, first in the request, when a first batch was too large; and again when there was no room for it', async () => {
    const { link, read } = make();
    const reads = [read(0), read(1)];
    const large = batch('x'.repeat(200_000));
    const first = await link.next();
    first.answer([
      fetched(0, { highWatermark: 1 }),
      fetched(1, { highWatermark: 1, recordSet: large.subarray(0, 5_000) }),
    ]);
    const second = await link.next();
    const asked = new Map(second.request.positions.map(({ partition, maxBytes }) => [partition, maxBytes]));
    expect(asked).toEqual(
      new Map([
        [0, 64 * 1024],
        [1, large.length],
      ]),
    );
    second.answer([withRecord(0), fetched(1, { highWatermark: 1, recordSet: large })]);
    for (const { records } of await Promise.all(reads)) expect(records).toHaveLength(1);
  });

  it('serves two readers of one partition: at one offset together, at two offsets in turn', async () => {
    const { link, read } = make();
    const [first, same, other] = [read(0), read(0), read(0, { offset: 5 })];
    const one = await link.next();
    expect(one.request.positions.map(({ offset }) => offset)).toEqual([0]);
    const two = await link.next();
    expect([two.lane, two.request.positions.map(({ offset }) => offset)]).toEqual(['main', [5]]);
    one.answer([withRecord(0)]);
    await Promise.all([first, same]);
    two.answer([fetched(0, { errorCode: 1 })]);
    await expect(other).rejects.toThrow(OffsetOutOfRange);
  });

  it('fails only the partition that has an error', async () => {
    const { link, read } = make();
    const [good, bad, broken] = [read(0), read(1), read(2)];
    const corrupt = batch('a');
    corrupt[corrupt.length - 2]! ^= 1;
    (await link.next()).answer([
      withRecord(0),
      fetched(1, { errorCode: -1 }),
      fetched(2, { highWatermark: 1, recordSet: corrupt }),
    ]);
    await expect(bad).rejects.toMatchObject({ name: 'TransientFault', code: 'read_failed' });
    await expect(broken).rejects.toThrow(UnreadableBatch);
    expect((await good).records).toHaveLength(1);
  });

  it('follows a partition to its new leader', async () => {
    const { link, read } = make();
    const reading = read(0);
    link.leaders.set(0, 'n2');
    (await link.next()).answer([fetched(0, { errorCode: 6 })]);
    const again = await link.next();
    expect([again.nodeId, link.stale]).toEqual(['n2', 1]);
    again.answer([withRecord(0)]);
    expect((await reading).records).toHaveLength(1);
  });

  it('fails all reads of a request that failed, and asks anew for the next', async () => {
    const { link, read } = make();
    const reads = [read(0), read(1)];
    (await link.next()).fail(new Error('Connection closed'));
    for (const each of reads)
      await expect(each).rejects.toMatchObject({ code: 'read_failed', message: 'Connection closed' });
    const retry = read(0);
    (await link.next()).answer([withRecord(0)]);
    await retry;
  });

  it('asks again who leads what waited beside a request that failed', async () => {
    const { link, read } = make();
    const first = read(0);
    const poll = await link.next();
    const waiting = read(1);
    (await link.next()).answer([fetched(1)]);
    await delay(10);
    link.leaders.set(1, 'n2');
    poll.fail(new Error('No answer'));
    await expect(first).rejects.toMatchObject({ code: 'read_failed' });
    const moved = await link.next();
    expect([moved.nodeId, partitionsOf(moved)]).toEqual(['n2', [1]]);
    moved.answer([withRecord(1)]);
    await waiting;
  });

  it('gives up in time when there is no answer at all', async () => {
    const { read } = make({ deadlineMs: 50 });
    await expect(read(0, { maxWaitMs: 10 })).rejects.toMatchObject({ code: 'read_failed' });
  });

  it('leaves a gap between polls, but not before a read that does not want to wait', async () => {
    const { link, read } = make({ gapMs: 80 });
    const first = read(0);
    const startMs = performance.now();
    (await link.next()).answer([withRecord(0)]);
    await first;
    const [patient, urgent] = [read(0), read(1, { maxWaitMs: 0 })];
    const look = await link.next();
    expect([look.lane, partitionsOf(look)]).toEqual(['main', [1]]);
    expect(performance.now() - startMs).toBeLessThan(70);
    look.answer([withRecord(1)]);
    await urgent;
    (await link.next()).answer([withRecord(0)]);
    expect(performance.now() - startMs).toBeGreaterThan(70);
    await patient;
  });

  it('rejects what waits when it is closed, and everything later', async () => {
    const { link, reader, read } = make();
    const waiting = read(0);
    await link.next();
    reader.close();
    await expect(waiting).rejects.toMatchObject({ code: 'read_failed' });
    await expect(read(0)).rejects.toMatchObject({ code: 'read_failed' });
  });
});
