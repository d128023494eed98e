import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DecisionLog, type NewLogRecord, OffsetOutOfRange } from '#libs/core';
import {
  AT_ONCE,
  bytes,
  elapsedMs,
  pauseMs,
  plain,
  readAll,
  record,
  type Subject,
  texts,
} from './decision-log-subject.ts';

/** A log to be tried out. */
export interface LogUnderTest {
  readonly log: DecisionLog;
  /** Makes the log forget what lies below `low`, as retention does. */
  trim(partition: number, low: number): Promise<void>;
  close(): Promise<void>;
}

/** Partitions, all empty, that `makeLog` gives the log under test: each test uses some of its own. */
export const CONTRACT_PARTITIONS = 32;

/** What every `DecisionLog` does. A fake that passes what the one on Kafka passes can stand in for it. */
export function decisionLogContract(name: string, makeLog: () => Promise<LogUnderTest>): void {
  describe(`${name}, as a decision log`, () => {
    let made: LogUnderTest;
    let used = 0;
    beforeAll(async () => {
      made = await makeLog();
    });
    afterAll(async () => {
      await made.close();
    });
    const subject: Subject = {
      log: () => made.log,
      trim: (partition, low) => made.trim(partition, low),
      fresh: () => used++,
    };
    readingTests(subject);
    waitingTests(subject);
    boundaryTests(subject);
    appendingTests(subject);
    concurrencyTests(subject);
  });
}

function readingTests({ log, fresh }: Subject): void {
  it('is empty at first', async () => {
    const p = fresh();
    expect(await log().watermarks(p)).toEqual({ low: 0, high: 0 });
    expect(await log().read(p, 0, AT_ONCE)).toEqual({ records: [], nextOffset: 0, highWatermark: 0 });
  });

  it('gives back keys, values and headers as they were appended, in order', async () => {
    const p = fresh();
    const appended: NewLogRecord[] = [
      { key: bytes('acct-1'), value: bytes('{"a":1}'), headers: { e: '1', s: '1', v: '' } },
      { key: null, value: new Uint8Array([0, 255, 128]), headers: {} },
      { key: new Uint8Array(0), value: null, headers: { name: 'Grüße, 世界 🏦' } },
    ];
    await log().append(p, appended);
    await log().append(p, [record('last')]);
    const { records, nextOffset, highWatermark } = await log().read(p, 0, AT_ONCE);
    expect(records.map(({ offset }) => offset)).toEqual([0, 1, 2, 3]);
    expect(records.slice(0, 3).map(plain)).toEqual(appended.map(plain));
    expect([nextOffset, highWatermark]).toEqual([4, 4]);
    expect(await log().watermarks(p)).toEqual({ low: 0, high: 4 });
  });

  it('dates each record by the time of its append', async () => {
    const p = fresh();
    const beforeMs = Date.now();
    await log().append(p, [record('a'), record('b')]);
    const afterMs = Date.now();
    for (const { timestampMs } of (await log().read(p, 0, AT_ONCE)).records) {
      expect(timestampMs).toBeGreaterThanOrEqual(beforeMs);
      expect(timestampMs).toBeLessThanOrEqual(afterMs);
    }
  });

  it('starts at exactly the offset asked for, also inside a batch', async () => {
    const p = fresh();
    await log().append(p, ['a', 'b', 'c', 'd'].map(record));
    const { records } = await log().read(p, 2, AT_ONCE);
    expect(texts(records)).toEqual(['c', 'd']);
    expect(records[0]?.offset).toBe(2);
  });

  it('reads about as many bytes as asked, at least one record, and says where to go on', async () => {
    const p = fresh();
    await log().append(
      p,
      Array.from({ length: 50 }, (_, i) => record(`${i}`.padEnd(1_000))),
    );
    const first = await log().read(p, 0, { maxBytes: 1, maxWaitMs: 0 });
    expect([first.records.length, first.nextOffset, first.highWatermark]).toEqual([1, 1, 50]);
    const some = await log().read(p, 1, { maxBytes: 10_000, maxWaitMs: 0 });
    expect(some.records.length).toBeGreaterThanOrEqual(5);
    expect(some.records.length).toBeLessThanOrEqual(11);
    expect(some.nextOffset).toBe(1 + some.records.length);
    expect(await readAll(log(), p, 10_000)).toHaveLength(50);
  });

  it('reads batches that are larger than the bytes asked for', async () => {
    const p = fresh();
    const large = 'x'.repeat(300_000);
    await log().append(p, [record(large), record('b')]);
    await log().append(p, [record(large)]);
    const read = await readAll(log(), p, 1_000);
    expect(texts(read).map(({ length }) => length)).toEqual([300_000, 1, 300_000]);
  });
}

function waitingTests({ log, fresh }: Subject): void {
  it('waits for a record and gives it as soon as it is there', async () => {
    const p = fresh();
    const reading = log().read(p, 0, { maxBytes: 1_000_000, maxWaitMs: 10_000 });
    await pauseMs(50);
    const waitedMs = await elapsedMs(async () => {
      await log().append(p, [record('a')]);
      expect(texts((await reading).records)).toEqual(['a']);
    });
    expect(waitedMs).toBeLessThan(2_000);
  });

  it('gives up after about the time asked for when there is nothing', async () => {
    const p = fresh();
    await log().append(p, [record('a')]);
    const waitedMs = await elapsedMs(async () => {
      const read = await log().read(p, 1, { maxBytes: 1_000_000, maxWaitMs: 300 });
      expect(read).toEqual({ records: [], nextOffset: 1, highWatermark: 1 });
    });
    expect(waitedMs).toBeGreaterThan(250);
    expect(waitedMs).toBeLessThan(1_500);
  });

  it('shows what was acknowledged before the read began', async () => {
    const p = fresh();
    for (let next = 0; next < 20; next += 1) {
      await log().append(p, [record(`${next}`)]);
      const { records, highWatermark } = await log().read(p, next, AT_ONCE);
      expect(texts(records)).toEqual([`${next}`]);
      expect(highWatermark).toBe(next + 1);
    }
  });
}

function boundaryTests({ log, trim, fresh }: Subject): void {
  it('refuses an offset above the high watermark', async () => {
    const p = fresh();
    await log().append(p, [record('a')]);
    await expect(log().read(p, 2, AT_ONCE)).rejects.toThrow(OffsetOutOfRange);
    await expect(log().read(p, 2, { maxBytes: 1_000, maxWaitMs: 200 })).rejects.toThrow(OffsetOutOfRange);
  });

  it('refuses an offset below the low watermark, which moves when the log is trimmed', async () => {
    const p = fresh();
    await log().append(p, ['a', 'b', 'c', 'd'].map(record));
    await trim(p, 3);
    expect(await log().watermarks(p)).toEqual({ low: 3, high: 4 });
    await expect(log().read(p, 2, AT_ONCE)).rejects.toThrow(OffsetOutOfRange);
    expect(texts((await log().read(p, 3, AT_ONCE)).records)).toEqual(['d']);
  });
}

function appendingTests({ log, fresh }: Subject): void {
  it('takes a second append to a partition only when the first has ended', async () => {
    const p = fresh();
    const first = log().append(p, [record('a')]);
    await expect(log().append(p, [record('b')])).rejects.toThrow(/one append in flight/);
    await first;
    await log().append(p, [record('c')]);
    expect(texts(await readAll(log(), p))).toEqual(['a', 'c']);
  });

  it('appends nothing when given nothing', async () => {
    const p = fresh();
    await log().append(p, []);
    expect(await log().watermarks(p)).toEqual({ low: 0, high: 0 });
  });

  it('keeps the order of a partition over many appends to several partitions at once', async () => {
    const partitions = [fresh(), fresh(), fresh(), fresh()];
    await Promise.all(
      partitions.map(async (p) => {
        for (let n = 0; n < 30; n += 3)
          await log().append(
            p,
            [n, n + 1, n + 2].map((i) => record(`${p}:${i}`)),
          );
      }),
    );
    for (const p of partitions) {
      expect(texts(await readAll(log(), p))).toEqual(Array.from({ length: 30 }, (_, n) => `${p}:${n}`));
    }
  });
}

function concurrencyTests({ log, fresh }: Subject): void {
  it('does not let a long wait on one partition delay other reads and appends', async () => {
    const [idle, busy] = [fresh(), fresh()];
    const waiting = log().read(idle, 0, { maxBytes: 1_000, maxWaitMs: 2_000 });
    await pauseMs(30);
    const tookMs = await elapsedMs(async () => {
      for (let next = 0; next < 10; next += 1) {
        await log().append(busy, [record(`${next}`)]);
        const { records } = await log().read(busy, next, AT_ONCE);
        expect(texts(records)).toEqual([`${next}`]);
        await log().watermarks(busy);
      }
    });
    expect(tookMs).toBeLessThan(1_500);
    await log().append(idle, [record('at last')]);
    expect(texts((await waiting).records)).toEqual(['at last']);
  });

  it('serves several readers of one partition, at one offset or at several', async () => {
    const p = fresh();
    await log().append(p, ['a', 'b', 'c'].map(record));
    const [fromStart, fromMiddle, atEnd, alsoAtEnd] = [0, 2, 3, 3].map((offset) =>
      log().read(p, offset, { maxBytes: 1_000_000, maxWaitMs: 3_000 }),
    );
    expect(texts((await fromStart!).records)).toEqual(['a', 'b', 'c']);
    expect(texts((await fromMiddle!).records)).toEqual(['c']);
    await log().append(p, [record('d')]);
    expect(texts((await atEnd!).records)).toEqual(['d']);
    expect(texts((await alsoAtEnd!).records)).toEqual(['d']);
  });
}
