import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEventCodec, MAX_ORIGINAL_BYTES, topicDefinitions, topicNames } from '#libs/contracts';
import { type EncodedEvent, eventRecord, outboxSends } from '#libs/core';
import { agreedTopics, UnusableTopics } from './agreed-topics.ts';
import { KafkaDecisionLog } from './kafka/kafka-decision-log.ts';
import { KafkaTopics } from './kafka/kafka-topics.ts';

const kafka = { brokers: (process.env['KAFKA_BROKERS'] ?? '').split(','), clientId: 'test' };
const topics = new KafkaTopics({ kafka });
/** What the relay sends at most at once. */
const MAX_SEND_BYTES = 1024 * 1024;

afterAll(() => topics.close());

async function createTopics(change: (name: string) => Record<string, string> = () => ({})): Promise<string> {
  const prefix = `${randomUUID()}.`;
  const definitions = topicDefinitions({ prefix, partitions: 1 });
  await topics.create(
    definitions.map((each) => ({ ...each, configs: { ...each.configs, ...change(each.name) } })),
    1,
  );
  return prefix;
}

describe('the topics at start', () => {
  it('are fine as they are created', async () => {
    expect((await agreedTopics(kafka, await createTopics())).partitions).toBe(1);
  });

  it.each(['transactions', 'labels', 'decisions', 'deadLetters'] as const)(
    'are refused when %s takes smaller records than are written to it',
    async (which) => {
      const isSmall = (name: string): boolean => name.endsWith(topicNames()[which]);
      const prefix = await createTopics((name) => (isSmall(name) ? { 'max.message.bytes': '100000' } : {}));
      const starting = agreedTopics(kafka, prefix);
      await expect(starting).rejects.toThrow(UnusableTopics);
      const needed = which === 'transactions' || which === 'labels' ? 262_144 : 2_097_152;
      await expect(starting).rejects.toThrow(
        `${topicNames(prefix)[which]} has max.message.bytes=100000, at least ${needed} is needed`,
      );
    },
  );
});

describe('the largest sends of a relay', () => {
  let log: KafkaDecisionLog;
  beforeAll(async () => {
    log = new KafkaDecisionLog({ kafka, topic: topicNames(await createTopics()).decisions });
  });
  afterAll(() => log.close());

  const rejection = (keyBytes: number, valueBytes: number): EncodedEvent =>
    createEventCodec().encode({
      type: 'transaction.rejected',
      reason: 'malformed',
      field: 'f'.repeat(200),
      detail: 'd'.repeat(200),
      original: {
        topic: 'transactions.v1',
        partition: 1023,
        offset: Number.MAX_SAFE_INTEGER,
        key: new Uint8Array(keyBytes),
        value: new Uint8Array(valueBytes),
      },
      input: { topic: 'transactions.v1', next: Number.MAX_SAFE_INTEGER },
      rejectedAtMs: Date.UTC(2026, 0, 1),
    });

  it.each([
    ['small events', 4_000, rejection(0, 0)],
    ['events of ordinary size', 1_000, rejection(64, 900)],
    ['originals with large keys', 12, rejection(250_000, 10_000)],
    ['the largest records of an input', 8, rejection(0, 262_144)],
    ['the largest originals that are kept', 3, rejection(0, MAX_ORIGINAL_BYTES)],
    ['the largest originals, as key and value', 3, rejection(MAX_ORIGINAL_BYTES / 2, MAX_ORIGINAL_BYTES / 2)],
    ['originals that are replaced', 3, rejection(10, 2 * MAX_ORIGINAL_BYTES)],
  ] as const)('are taken by the topic: %s', async (_what, count, event) => {
    const events = Array.from({ length: count }, () => event);
    const sends = outboxSends([{ lastSeq: count, events }], 0, MAX_SEND_BYTES);
    const claim = { offset: 1e15, epoch: 1e9, seq: 1e15, openOffset: 1e14 };
    for (const { events: sent } of sends) {
      await log.append(
        0,
        sent.map((each) => eventRecord(each, { epoch: 1e9, seq: 1e15 }, claim)),
      );
    }
    expect(sends.flatMap(({ events: sent }) => sent)).toHaveLength(count);
  });

  it('are refused with what the relay looks for when one is larger', async () => {
    const large = { key: null, value: new Uint8Array(2_200_000), headers: {} };
    await expect(log.append(0, [large])).rejects.toMatchObject({ code: 'append_too_large' });
  });
});
