import { randomUUID } from 'node:crypto';
import { afterAll, describe, expect, it } from 'vitest';
import { TransientFault } from '#libs/core';
import { KafkaProducer } from './kafka-producer.ts';
import { KafkaTopics, type TopicDefinition } from './kafka-topics.ts';

const kafka = { brokers: (process.env['KAFKA_BROKERS'] ?? '').split(','), clientId: 'test' };
const topics = new KafkaTopics({ kafka });
const producer = new KafkaProducer({ kafka, deadlineMs: 1_500 });

afterAll(async () => {
  await producer.close();
  await topics.close();
});

function definition(changes: Partial<TopicDefinition> = {}): TopicDefinition {
  const configs = { 'retention.ms': '-1', 'message.timestamp.type': 'LogAppendTime' };
  return { name: `topic-${randomUUID()}`, partitions: 3, configs, ...changes };
}

const record = (partition: number, text: string) => ({
  partition,
  key: null,
  value: Buffer.from(text),
  headers: { h: text },
});

describe('topics', () => {
  it('are created with their settings, once, and can be written to at once', async () => {
    const [first, second] = [definition(), definition({ partitions: 1 })];
    expect(await topics.create([first, second], 1)).toEqual([first.name, second.name]);
    await producer.send(first.name, [record(2, 'a')]);
    expect(await topics.create([first, second, definition()], 1)).toHaveLength(1);
    expect(await topics.check([first, second], 1)).toEqual([]);
  });

  it('keep their records for ever, or for as long as is said', async () => {
    const forEver = definition();
    const aWhile = definition({ configs: { 'retention.ms': '86400000' } });
    await topics.create([forEver, aWhile], 1);
    const limits = await topics.limits([forEver.name, aWhile.name]);
    expect(limits.get(forEver.name)?.retentionMs).toBe(Infinity);
    expect(limits.get(aWhile.name)?.retentionMs).toBe(86_400_000);
  });

  it('differ from their definitions in ways that are told one a line', async () => {
    const made = definition();
    await topics.create([made], 1);
    const missing = definition({ name: 'never-made' });
    const wanted = {
      ...made,
      partitions: 12,
      configs: { ...made.configs, 'retention.ms': '1000', 'cleanup.policy': 'delete' },
    };
    expect(await topics.check([missing, wanted], 2)).toEqual([
      'never-made does not exist',
      `${made.name} has 3 partitions, not 12; make a new topic, never add partitions`,
      `${made.name} has partitions with 1 replicas, not 2`,
      `${made.name} has retention.ms=-1, not 1000`,
    ]);
  });

  it('tell how many partitions they have and how far each goes', async () => {
    const made = definition();
    await topics.create([made], 1);
    await producer.send(made.name, [record(1, 'a'), record(1, 'b'), record(2, 'c')]);
    expect(await topics.partitionCounts([made.name, 'never-made'])).toEqual(new Map([[made.name, 3]]));
    expect(await topics.watermarks(made.name)).toEqual([0, 2, 1].map((high) => ({ low: 0, high })));
  });
});

describe('the producer', () => {
  it('cuts a send that is larger than the topic takes at once, and keeps its order', async () => {
    const made = definition({ configs: { 'max.message.bytes': String(256 * 1024) } });
    await topics.create([made], 1);
    await producer.send(
      made.name,
      Array.from({ length: 600 }, (_, i) => record(i % 2, 'x'.repeat(2_000))),
    );
    expect(await topics.watermarks(made.name)).toEqual([300, 300, 0].map((high) => ({ low: 0, high })));
  });

  it('says so when one record alone is too large, and writes the other partitions all the same', async () => {
    const made = definition({ configs: { 'max.message.bytes': '10000' } });
    await topics.create([made], 1);
    const send = producer.send(made.name, [record(0, 'x'.repeat(20_000)), record(1, 'small')]);
    await expect(send).rejects.toMatchObject({ name: 'TransientFault', code: 'send_too_large' });
    expect((await topics.watermarks(made.name)).map(({ high }) => high)).toEqual([0, 1, 0]);
  });

  it('fails in time for a topic that is not there, without harm to others', async () => {
    const made = definition();
    await topics.create([made], 1);
    const failing = producer.send('never-made', [record(0, 'a')]).catch((error: unknown) => error);
    await producer.send(made.name, [record(0, 'a')]);
    expect(await failing).toBeInstanceOf(TransientFault);
    expect(await producer.partitionCount(made.name)).toBe(3);
  });
});
