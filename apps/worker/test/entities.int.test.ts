import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import {
  connectRedis,
  KafkaDecisionLog,
  KafkaProducer,
  KafkaTopics,
  loadChampion,
  type LoadedModel,
  StoreKeys,
} from '#libs/adapters';
import { createEventCodec, topicDefinitions, topicNames } from '#libs/contracts';
import {
  createHasher,
  ENTITY_FOLD,
  entityChangesOf,
  entityName,
  fixedModel,
  followToEnd,
  LogFollower,
  partitionOf,
} from '#libs/core';
import { createLogger, createMetrics, type Metrics, NO_TRACING, systemClock } from '#libs/platform';
import { testConfig } from '#libs/testkit';
import { type ComposedWorker, createWorker } from '../src/create-worker.ts';

const PARTITIONS = 3;
const ACCOUNTS = 20;
const PATIENCE = { timeout: 30_000, interval: 100 };

type EntityState = ReturnType<typeof ENTITY_FOLD.empty>;
type Records = Readonly<Record<string, string>>;

const config = testConfig('worker', { role: 'worker', partitions: PARTITIONS });
const name = config.redis.keyPrefix;
const kafka = { brokers: config.kafka.brokers, clientId: name };
const names = topicNames(config.kafka.topicPrefix);
const producer = new KafkaProducer({ kafka });
const log = new KafkaDecisionLog({ kafka, topic: names.decisions });
const connection = connectRedis(config.redis.url, { name, commandTimeoutMs: 5_000 });
const hasher = createHasher(config.state.hashKey);
const codec = createEventCodec();
const added = new Map<string, number>();
const gauges = new Map<string, () => Iterable<unknown>>();
const metrics: Metrics = {
  ...createMetrics(),
  add: (metric, amount) => added.set(metric, (added.get(metric) ?? 0) + amount),
  observe: (metric, read) => {
    gauges.set(metric, read);
    return () => gauges.delete(metric);
  },
};
const startMs = Date.now() - 3_600_000;

let model: LoadedModel;
let running: ComposedWorker | null = null;

beforeAll(async () => {
  const topics = new KafkaTopics({ kafka });
  await topics.create(topicDefinitions({ prefix: config.kafka.topicPrefix, partitions: PARTITIONS }), 1);
  await topics.close();
  model = await loadChampion(config.models);
});

afterAll(async () => {
  await stopWorker();
  await Promise.all([producer.close(), log.close(), connection.close(), model.close()]);
});

async function startWorker(): Promise<void> {
  const onBug = (error: unknown): never => {
    throw error;
  };
  running = await createWorker(config, {
    champion: fixedModel(model),
    onDecided: () => undefined,
    partitions: PARTITIONS,
    logRetentionMs: 7 * 86_400_000,
    clock: systemClock,
    logger: createLogger({ service: name, level: 'error' }),
    metrics,
    tracing: NO_TRACING,
    onBug,
    onSilent: onBug,
  });
  await running.worker.start();
}

async function stopWorker(): Promise<void> {
  await running?.worker.stop();
  await running?.connections.close();
  running = null;
}

async function send(topic: string, messages: readonly { readonly account_id: string }[]): Promise<void> {
  await producer.send(
    topic,
    messages.map((message) => ({
      partition: partitionOf(message.account_id, PARTITIONS),
      key: Buffer.from(message.account_id),
      value: Buffer.from(JSON.stringify(message)),
      headers: {},
    })),
  );
}

/** Payments of accounts from all partitions that share cards, terminals and devices. */
function payments(from: number, to: number) {
  return Array.from({ length: to - from }, (_, i) => ({
    transaction_id: `p-${from + i}`,
    account_id: `acct-${(from + i) % ACCOUNTS}`,
    occurred_at: new Date(startMs + (from + i) * 1_000).toISOString(),
    amount_minor: 1_000 + i,
    currency: 'EUR',
    card_id: `card-${(from + i) % 13}`,
    terminal_id: `terminal-${(from + i) % 3}`,
    device: { id: `device-${(from + i) % 7}`, ip: `203.0.113.${(from + i) % 5}` },
  }));
}

const labels = (from: number, to: number) =>
  payments(from, to).map(({ transaction_id, account_id }) => ({
    transaction_id,
    account_id,
    event_type: 'authorization',
    label: 'fraud',
    source: 'analyst',
    reported_at: new Date(startMs + 1_800_000).toISOString(),
  }));

/** The records that the valid events of the log make, one partition after the other, and how many events those are. */
async function expected(): Promise<{ readonly events: number; readonly records: Records }> {
  const states = new Map<string, EntityState>();
  let events = 0;
  for (let partition = 0; partition < PARTITIONS; partition++) {
    await followToEnd(log, partition, new LogFollower(), (followed) => {
      if (followed.kind !== 'event') return;
      events += 1;
      for (const change of entityChangesOf(codec.decode(followed.record), hasher)) {
        for (const touch of ENTITY_FOLD.touchedBy(change)) {
          const state = states.get(entityName(touch)) ?? ENTITY_FOLD.empty(touch.kind);
          states.set(entityName(touch), ENTITY_FOLD.reduce(state, change, touch));
        }
      }
    });
  }
  return {
    events,
    records: Object.fromEntries([...states].map(([key, state]) => [key, hex(ENTITY_FOLD.encode(state))])),
  };
}

/** Every record of an entity that the store has. */
async function stored(): Promise<Records> {
  const records: [string, string][] = [];
  const keys = new StoreKeys(config.redis.keyPrefix);
  for (let partition = 0; partition < PARTITIONS; partition++) {
    const prefix = keys.partition(partition).entityPrefix;
    for (const key of await connection.redis.keys(`${prefix}*`)) {
      const record = await connection.redis.getBuffer(key);
      if (record !== null) records.push([key.slice(prefix.length), hex(record)]);
    }
  }
  return Object.fromEntries(records);
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

/** What a gauge says, in order. */
function shown(gauge: string): unknown[] {
  const readings = [...(gauges.get(gauge)?.() ?? [])] as { labels: { partition?: number } }[];
  return readings.toSorted((a, b) => (a.labels.partition ?? 0) - (b.labels.partition ?? 0));
}

/** Waits until the log has `count` events and the store what they make; gives how many entities that are. */
async function entitiesAfter(count: number): Promise<number> {
  return vi.waitFor(async () => {
    const { events, records } = await expected();
    expect(events).toBe(count);
    expect(await stored()).toEqual(records);
    return Object.keys(records).length;
  }, PATIENCE);
}

it('keeps what the log says of cards, terminals, devices and networks, from start to start', async () => {
  await startWorker();
  await send(names.transactions, payments(0, 150));
  expect(await entitiesAfter(150)).toBe(13 + 3 + 7 + 1);
  await send(names.labels, labels(0, 40));
  await entitiesAfter(190);
  const upToDate = Array.from({ length: PARTITIONS }, (_, partition) => ({ value: 0, labels: { partition } }));
  await vi.waitFor(() => {
    expect(shown('entityLagEvents')).toEqual(upToDate);
    expect(shown('entityLagSeconds')).toEqual(upToDate);
  }, PATIENCE);
  expect(shown('entitySourcesHalted')).toEqual([{ value: 0, labels: {} }]);
  // A payment has a card, a terminal, a device and a network; so has its label.
  expect(added.get('entityUpdates')).toBe(4 * 190);
  const before = await stored();
  await stopWorker();
  await send(names.transactions, payments(150, 250));
  expect(await stored()).toEqual(before);
  await startWorker();
  await entitiesAfter(290);
});
