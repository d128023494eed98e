import { describe, expect, it } from 'vitest';
import type { ProducerRecord } from '#libs/adapters';
import { type Clock, partitionOf, StopSignal, TransientFault } from '#libs/core';
import type { FileRecord } from '../files/record-line.ts';
import { Pacer } from './pacer.ts';
import type { Send } from './partition-queues.ts';
import { streamRecords, type StreamOptions, type StreamSummary } from './stream-records.ts';

/** A clock that moves only when somebody sleeps. */
function steppedClock(): Clock {
  let nowMs = 0;
  return {
    nowMs: () => nowMs,
    monotonicMs: () => nowMs,
    random: () => 0.5,
    sleep: async (delayMs) => {
      nowMs += delayMs;
      await new Promise(setImmediate);
    },
  };
}

const records = Array.from({ length: 3_000 }, (_, i): FileRecord => ({
  key: `acct-${i % 40}`,
  value: Buffer.from(String(i)),
}));

class Topic {
  readonly written: ProducerRecord[] = [];
  readonly #inFlight = new Set<number>();

  async write(batch: readonly ProducerRecord[]): Promise<void> {
    const partition = batch[0]!.partition;
    if (this.#inFlight.has(partition)) throw new Error(`Two sends at a time to partition ${partition}`);
    this.#inFlight.add(partition);
    await new Promise(setImmediate);
    this.written.push(...batch);
    this.#inFlight.delete(partition);
  }
}

const options: StreamOptions = {
  partitions: 4,
  ratePerSecond: Infinity,
  limit: Infinity,
  limits: { waiting: 1_000, giveUpMs: 10_000 },
  stopSignal: new StopSignal(),
  onProgress: () => undefined,
};

async function stream(send: Send, changes: Partial<StreamOptions> = {}): Promise<StreamSummary> {
  return streamRecords([records], { send, clock: steppedClock() }, { ...options, ...changes });
}

const values = (written: readonly ProducerRecord[], partition: number): number[] =>
  written
    .filter((record) => record.partition === partition)
    .map(({ value }) => Number(Buffer.from(value ?? []).toString()));
const wanted = (partition: number): number[] =>
  records.flatMap(({ key }, i) => (partitionOf(key as string, 4) === partition ? [i] : []));

describe('a stream', () => {
  it('writes every record once, in order within its partition, one send at a time for each', async () => {
    const topic = new Topic();
    expect(await stream((batch) => topic.write(batch))).toEqual({ sent: 3_000, retries: 0, interrupted: false });
    for (let partition = 0; partition < 4; partition++)
      expect(values(topic.written, partition)).toEqual(wanted(partition));
  });

  it('sends a batch again whose outcome is unknown, and keeps the order', async () => {
    const topic = new Topic();
    let sends = 0;
    const summary = await stream(async (batch) => {
      sends += 1;
      if (sends % 3 === 0) throw new TransientFault('send_failed', 'before');
      await topic.write(batch);
      if (sends % 3 === 1 && sends < 10) throw new TransientFault('send_failed', 'after');
    });
    expect(summary.sent).toBe(3_000);
    expect(summary.retries).toBeGreaterThan(2);
    expect(topic.written.length).toBeGreaterThan(3_000);
    for (let partition = 0; partition < 4; partition++) {
      const firsts = [...new Set(values(topic.written, partition))];
      expect(firsts).toEqual(wanted(partition));
    }
  });

  it('gives up when Kafka stays away for too long, or will never take a record', async () => {
    await expect(stream(() => Promise.reject(new TransientFault('send_failed', 'away')))).rejects.toThrow('away');
    let tries = 0;
    const tooLarge = () => Promise.reject(new TransientFault('send_too_large', `try ${(tries += 1)}`));
    await expect(stream(tooLarge, { partitions: 1 })).rejects.toThrow('try 1');
  });

  it('takes no more from its source than it can hold', async () => {
    let taken = 0;
    let sent = 0;
    let most = 0;
    function* source() {
      for (let at = 0; at < records.length; at += 100) {
        taken += 100;
        most = Math.max(most, taken - sent);
        yield records.slice(at, at + 100);
      }
    }
    const send: Send = async (batch) => {
      await new Promise(setImmediate);
      sent += batch.length;
    };
    await streamRecords(source(), { send, clock: steppedClock() }, options);
    expect(sent).toBe(3_000);
    expect(most).toBeLessThanOrEqual(1_200);
  });

  it('sends what it has taken, and no more, when it is stopped or at its limit', async () => {
    const stopSignal = new StopSignal();
    const topic = new Topic();
    const send: Send = async (batch) => {
      stopSignal.stop();
      await topic.write(batch);
    };
    const stopped = await stream(send, { stopSignal, ratePerSecond: 1_000 });
    expect(stopped).toMatchObject({ interrupted: true, sent: topic.written.length });
    expect(topic.written.length).toBeLessThan(3_000);
    expect(await stream(() => Promise.resolve(), { limit: 700 })).toMatchObject({ sent: 700 });
  });
});

describe('a pace', () => {
  it('lets through what is due by now, and makes up for a late start', async () => {
    const clock = steppedClock();
    const pacer = new Pacer(1_000, clock, new StopSignal());
    expect(await pacer.due(100)).toBe(5);
    await clock.sleep(50);
    expect(await pacer.due(30)).toBe(30);
    expect(await pacer.due(100)).toBe(20);
  });

  it('ends when it is stopped', async () => {
    const stopSignal = new StopSignal();
    stopSignal.stop();
    expect(await new Pacer(1, steppedClock(), stopSignal).due(1)).toBe(0);
  });
});
