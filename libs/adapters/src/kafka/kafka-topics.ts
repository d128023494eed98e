import { setTimeout as delay } from 'node:timers/promises';
import type { Admin, ConfigResourceTypes, ITopicMetadata } from 'kafkajs';
import { TransientFault, type Watermarks } from '#libs/core';
import { asTransientFault, withinDeadline } from './deadline.ts';
import { createKafka, type KafkaLog, type KafkaSettings } from './kafka-client.ts';

/** What a topic takes and keeps. */
export interface TopicLimits {
  /** Largest record batch. */
  readonly maxMessageBytes: number;
  /** How long records are kept by their age; Infinity when for ever. */
  readonly retentionMs: number;
}

/** How a topic is to be. */
export interface TopicDefinition {
  readonly name: string;
  readonly partitions: number;
  /** Kafka's topic settings; those not named are the broker's business. */
  readonly configs: Readonly<Record<string, string>>;
}

/** kafkajs gives the name in a way that Node's import does not find. */
const TOPIC_RESOURCE: ConfigResourceTypes.TOPIC = 2;
const DEADLINE_MS = 30_000;
const POLL_MS = 50;

/**
 * Creates topics and looks at them. Never adds partitions to a topic: an account's partition would change under its state.
 * Every method rejects with `TransientFault('topics_failed')` when Kafka does not do it within 30 s. Connects when first used.
 */
export class KafkaTopics {
  readonly #admin: Admin;
  #connected: Promise<void> | null = null;

  constructor({ kafka, log }: { readonly kafka: KafkaSettings; readonly log?: KafkaLog }) {
    this.#admin = createKafka(kafka, log).admin();
  }

  /** Creates those that do not exist, and waits until all have leaders. Gives the names of the created; a topic that exists stays as it is. */
  async create(definitions: readonly TopicDefinition[], replicationFactor: number): Promise<readonly string[]> {
    return this.#do(async (admin) => {
      const created: string[] = [];
      for (const { name, partitions, configs } of definitions) {
        const isNew = await admin.createTopics({
          // kafkajs's own wait can throw for a topic that is just being created.
          waitForLeaders: false,
          topics: [
            {
              topic: name,
              numPartitions: partitions,
              replicationFactor,
              configEntries: Object.entries(configs).map(([key, value]) => ({ name: key, value })),
            },
          ],
        });
        if (isNew) created.push(name);
      }
      await waitForLeaders(
        admin,
        definitions.map(({ name }) => name),
      );
      return created;
    });
  }

  /** What differs from the definitions, a readable line each; empty when nothing does. */
  async check(definitions: readonly TopicDefinition[], replicationFactor: number): Promise<readonly string[]> {
    return this.#do(async (admin) => {
      const existing = await metadataOf(
        admin,
        definitions.map(({ name }) => name),
      );
      const configs = await configsOf(admin, [...existing.keys()]);
      return definitions.flatMap((definition) => {
        const topic = existing.get(definition.name);
        if (topic === undefined) return [`${definition.name} does not exist`];
        return [
          ...partitionDifferences(definition, topic, replicationFactor),
          ...configDifferences(definition, configs.get(definition.name) ?? new Map()),
        ];
      });
    });
  }

  /** Number of partitions by topic; those that do not exist are left out. */
  async partitionCounts(names: readonly string[]): Promise<ReadonlyMap<string, number>> {
    return this.#do(async (admin) => {
      const existing = await metadataOf(admin, names);
      return new Map([...existing].map(([name, { partitions }]) => [name, partitions.length]));
    });
  }

  /** What topics that exist take and keep, by topic. Needs the right to describe topic configs. */
  async limits(names: readonly string[]): Promise<ReadonlyMap<string, TopicLimits>> {
    return this.#do(async (admin) => {
      const configs = await configsOf(admin, names);
      return new Map([...configs].map(([name, entries]) => [name, limitsIn(entries)]));
    });
  }

  /** First offset kept and high watermark of every partition of a topic, by partition. */
  async watermarks(name: string): Promise<readonly Watermarks[]> {
    return this.#do(async (admin) => {
      const offsets = await admin.fetchTopicOffsets(name);
      return offsets
        .toSorted((a, b) => a.partition - b.partition)
        .map(({ low, high }) => ({ low: Number(low), high: Number(high) }));
    });
  }

  /** Disconnects, also when nothing was connected. */
  async close(): Promise<void> {
    await this.#connected?.catch(() => undefined);
    await this.#admin.disconnect();
  }

  async #do<T>(work: (admin: Admin) => Promise<T>): Promise<T> {
    this.#connected ??= this.#admin.connect().catch((error: unknown) => {
      this.#connected = null;
      throw asTransientFault(error, 'topics_failed');
    });
    const connected = this.#connected;
    const done = connected.then(() => work(this.#admin));
    return withinDeadline(done, { deadlineMs: DEADLINE_MS, code: 'topics_failed' });
  }
}

async function metadataOf(admin: Admin, names: readonly string[]): Promise<ReadonlyMap<string, ITopicMetadata>> {
  const all = new Set(await admin.listTopics());
  const existing = names.filter((name) => all.has(name));
  // Asked for no topics, kafkajs gives all of them.
  if (existing.length === 0) return new Map();
  const { topics } = await admin.fetchTopicMetadata({ topics: existing });
  return new Map(topics.map((topic) => [topic.name, topic]));
}

async function waitForLeaders(admin: Admin, names: readonly string[]): Promise<void> {
  const untilMs = performance.now() + DEADLINE_MS;
  while (performance.now() < untilMs) {
    // kafkajs rejects while a partition has no leader.
    const topics = await metadataOf(admin, names).catch(() => null);
    const partitions = [...(topics?.values() ?? [])].flatMap((topic) => topic.partitions);
    if (topics?.size === names.length && partitions.every(({ leader }) => leader >= 0)) return;
    await delay(POLL_MS);
  }
  throw new TransientFault('topics_failed', 'The topics were created, but have no leaders yet');
}

function limitsIn(entries: ReadonlyMap<string, string>): TopicLimits {
  const retentionMs = Number(entries.get('retention.ms') ?? -1);
  return {
    maxMessageBytes: Number(entries.get('max.message.bytes')),
    retentionMs: retentionMs < 0 ? Infinity : retentionMs,
  };
}

async function configsOf(
  admin: Admin,
  names: readonly string[],
): Promise<ReadonlyMap<string, ReadonlyMap<string, string>>> {
  if (names.length === 0) return new Map();
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: names.map((name) => ({ type: TOPIC_RESOURCE, name })),
  });
  return new Map(
    resources.map(({ resourceName, configEntries }) => [
      resourceName,
      new Map(configEntries.map(({ configName, configValue }) => [configName, configValue])),
    ]),
  );
}

function partitionDifferences(definition: TopicDefinition, topic: ITopicMetadata, replicationFactor: number): string[] {
  const { name, partitions } = definition;
  const lines: string[] = [];
  if (topic.partitions.length !== partitions) {
    lines.push(
      `${name} has ${topic.partitions.length} partitions, not ${partitions}; make a new topic, never add partitions`,
    );
  }
  const fewest = Math.min(...topic.partitions.map(({ replicas }) => replicas.length));
  if (fewest < replicationFactor) {
    lines.push(`${name} has partitions with ${fewest} replicas, not ${replicationFactor}`);
  }
  return lines;
}

function configDifferences({ name, configs }: TopicDefinition, actual: ReadonlyMap<string, string>): string[] {
  return Object.entries(configs)
    .filter(([key, value]) => actual.get(key) !== value)
    .map(([key, value]) => `${name} has ${key}=${actual.get(key) ?? 'nothing'}, not ${value}`);
}
