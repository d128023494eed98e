import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { type LogRecord, TransientFault } from '#libs/core';
import { localDir } from '../../../../deploy/local/cached-download.ts';
import { type Services, startServices } from '../../../../deploy/local/services.ts';
import { InputRig, soon, upTo } from '../../test/input-rig.ts';
import { KafkaDecisionLog } from './kafka-decision-log.ts';
import { KafkaTopics } from './kafka-topics.ts';

// A broker of its own, to be killed.
const dataDir = join(localDir, `test-kafka-faults-${process.pid}`);
let services: Services;
let rig: InputRig;
let topics: KafkaTopics;
const log = (topic: string, deadlineMs: number): KafkaDecisionLog =>
  new KafkaDecisionLog({ kafka: rig.kafka, topic, deadlineMs });

beforeAll(async () => {
  services = await startServices({ dataDir, redis: false, kafka: {} });
  rig = new InputRig(services.kafkaBrokers);
  topics = new KafkaTopics({ kafka: rig.kafka });
}, 90_000);

afterAll(async () => {
  await rig.close();
  await topics.close();
  await services.stop();
  await rm(dataDir, { recursive: true, force: true });
});

async function makeTopic(): Promise<string> {
  const topic = `log-${randomUUID()}`;
  await topics.create([{ name: topic, partitions: 4, configs: {} }], 1);
  return topic;
}

const numbered = (n: number) => ({ key: null, value: Buffer.from(`${n}`), headers: {} });
const numbers = (records: readonly LogRecord[]): number[] =>
  records.map(({ value }) => Number(Buffer.from(value!).toString()));

/** Appends 0, 1, 2, … to a partition until told to stop, each again until it is acknowledged; gives their count and the number of faults. */
async function appendUntil(stopped: () => boolean, decisions: KafkaDecisionLog, partition: number) {
  let [count, faults] = [0, 0];
  while (!stopped()) {
    try {
      await decisions.append(partition, [numbered(count)]);
      count += 1;
    } catch (error) {
      if (!(error instanceof TransientFault)) throw error;
      faults += 1;
      await delay(50);
    }
  }
  return { count, faults };
}

/** Follows a partition through all faults until it has read `untilOffset` records or more after the stop. */
async function followUntil(
  stopped: () => boolean,
  decisions: KafkaDecisionLog,
  partition: number,
): Promise<LogRecord[]> {
  const followed: LogRecord[] = [];
  for (let offset = 0; ;) {
    // Before the read: one that was asked for earlier may not know of the last records.
    const isLast = stopped();
    try {
      const { records, nextOffset, highWatermark } = await decisions.read(partition, offset, {
        maxBytes: 100_000,
        maxWaitMs: 300,
      });
      followed.push(...records);
      offset = nextOffset;
      if (isLast && offset >= highWatermark) return followed;
    } catch (error) {
      if (!(error instanceof TransientFault)) throw error;
      await delay(50);
    }
  }
}

describe('when the broker is killed', () => {
  it('loses nothing that was acknowledged, keeps the order, and goes on by itself', async () => {
    const decisions = log(await makeTopic(), 5_000);
    const inputs = await rig.makeTopic(4, 10);
    const member = await rig.join(inputs, { sessionTimeoutMs: 15_000 });
    let stop = false;
    const appending = upTo(4).map((partition) => appendUntil(() => stop, decisions, partition));
    await delay(300);
    let drained = false;
    const following = upTo(4).map((partition) => followUntil(() => drained, decisions, partition));
    await services.kafka?.kill();
    await delay(200);
    await services.kafka?.start();
    await delay(1_500);
    stop = true;
    const appended = await Promise.all(appending);
    drained = true;
    const followed = await Promise.all(following);
    for (const partition of upTo(4)) {
      const { count, faults } = appended[partition]!;
      expect(faults).toBeGreaterThan(0);
      const read = numbers(followed[partition]!);
      // What was tried again may be there twice, next to itself: nothing else was in flight.
      expect(read.filter((n, at) => n !== read[at - 1])).toEqual(upTo(Math.max(count, (read.at(-1) ?? 0) + 1)));
      expect(followed[partition]!.map(({ offset }) => offset)).toEqual(upTo(read.length));
    }
    for (const partition of upTo(4)) await vi.waitFor(() => rig.fill(inputs, partition, 1), soon);
    await vi.waitFor(() => {
      for (const partition of upTo(4)) expect(member.consumer.position(inputs, partition)).toBeGreaterThan(10);
    }, soon);
    // Back before the session was over, it kept what it had.
    expect([member.crashes, member.revoked]).toEqual([[], []]);
    await decisions.close();
  }, 60_000);
});

describe('when the broker hangs', () => {
  // Whatever became of the test: those after it need a broker.
  afterEach(() => services.kafka?.kill('SIGCONT'));

  it('every call ends with a fault in time, and works again afterwards', async () => {
    const decisions = log(await makeTopic(), 1_500);
    await decisions.append(0, [numbered(0)]);
    await decisions.watermarks(0);
    await services.kafka?.kill('SIGSTOP');
    const startMs = performance.now();
    const calls = await Promise.allSettled([
      decisions.append(0, [numbered(1)]),
      decisions.append(1, [numbered(1)]),
      decisions.read(0, 0, { maxBytes: 1_000, maxWaitMs: 100 }),
      decisions.watermarks(0),
    ]);
    expect(performance.now() - startMs).toBeLessThan(4_000);
    for (const call of calls) expect(call).toMatchObject({ status: 'rejected', reason: { name: 'TransientFault' } });
    await services.kafka?.kill('SIGCONT');
    await vi.waitFor(() => decisions.append(1, [numbered(2)]), soon);
    await vi.waitFor(async () => {
      const { records } = await decisions.read(1, 0, { maxBytes: 1_000, maxWaitMs: 100 });
      expect(numbers(records).at(-1)).toBe(2);
    }, soon);
    await decisions.close();
  });
});

describe('a process that has closed everything ends by itself', () => {
  const runs = async (script: string, brokers: string): Promise<string> => {
    const path = new URL(`../../test/${script}`, import.meta.url).pathname;
    const env = { ...process.env, KAFKA_BROKERS: brokers, NODE_OPTIONS: '' };
    const args = ['--conditions=source', path, `close-${randomUUID()}`];
    return (await promisify(execFile)(process.execPath, args, { env, timeout: 25_000 })).stderr;
  };

  it('after it has used everything', async () => {
    expect(await runs('open-and-close.ts', services.kafkaBrokers)).toBe('');
  });

  it('while Kafka is away', async () => {
    expect(await runs('close-while-away.ts', '127.0.0.1:1')).toBe('');
  });
});
