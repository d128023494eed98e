import { randomUUID } from 'node:crypto';
import {
  type InputBatch,
  InputConsumer,
  type InputConsumerOptions,
  KafkaProducer,
  KafkaTopics,
  type TopicPartition,
} from '#libs/adapters';
import { systemClock } from '#libs/platform';

/** Patience of `vi.waitFor` on a busy machine. */
export const soon = { timeout: 15_000, interval: 20 };

/** 0, 1, … count - 1. */
export function upTo(count: number): number[] {
  return Array.from({ length: count }, (_, n) => n);
}

export interface Member {
  readonly consumer: InputConsumer;
  /** Offsets handled by partition, in order. */
  readonly handled: Map<number, number[]>;
  readonly batches: InputBatch[];
  readonly revoked: number[];
  readonly outOfRange: (TopicPartition & { offset: number })[];
  readonly crashes: unknown[];
}

/** Topics with records and members that consume them, on the Kafka of the test run or on `brokers`. */
export class InputRig {
  readonly kafka: { readonly brokers: readonly string[]; readonly clientId: string };
  readonly #topics: KafkaTopics;
  readonly #producer: KafkaProducer;
  readonly #consumers: InputConsumer[] = [];

  constructor(brokers = process.env['KAFKA_BROKERS'] ?? '') {
    this.kafka = { brokers: brokers.split(','), clientId: 'test' };
    this.#topics = new KafkaTopics({ kafka: this.kafka });
    this.#producer = new KafkaProducer({ kafka: this.kafka });
  }

  async makeTopic(partitions: number, records = 0, configs: Readonly<Record<string, string>> = {}): Promise<string> {
    const name = `inputs-${randomUUID()}`;
    await this.#topics.create([{ name, partitions, configs }], 1);
    for (const partition of upTo(partitions)) await this.fill(name, partition, records);
    return name;
  }

  async fill(topic: string, partition: number, records: number): Promise<void> {
    const made = upTo(records).map((n) => ({ partition, key: null, value: Buffer.from(`${n}`), headers: {} }));
    await this.#producer.send(topic, made);
  }

  /** A member that starts every partition at 0 and takes each batch whole, unless told otherwise. */
  async join(topic: string, changes: Partial<InputConsumerOptions> = {}): Promise<Member> {
    const seen = { handled: new Map<number, number[]>(), batches: [], revoked: [], outOfRange: [], crashes: [] };
    const member: Omit<Member, 'consumer'> = seen;
    const consumer: InputConsumer = new InputConsumer({
      kafka: this.kafka,
      clock: systemClock,
      groupId: `group-${topic}`,
      topics: [topic],
      sessionTimeoutMs: 6_000,
      onAssigned: (partitions) => {
        for (const { partition } of partitions) consumer.start(topic, partition, 0);
      },
      onRevoked: (partitions) => member.revoked.push(...partitions.map(({ partition }) => partition)),
      onBatch: (batch) => {
        member.batches.push(batch);
        const offsets = member.handled.get(batch.partition) ?? [];
        member.handled.set(batch.partition, [...offsets, ...batch.records.map(({ offset }) => offset)]);
        return Promise.resolve({ next: batch.to });
      },
      onOutOfRange: (where) => member.outOfRange.push(where),
      onCrash: (error) => member.crashes.push(error),
      ...changes,
    });
    this.#consumers.push(consumer);
    await consumer.join();
    return { consumer, ...member };
  }

  async closeMembers(): Promise<void> {
    await Promise.all(this.#consumers.splice(0).map((consumer) => consumer.close()));
  }

  async close(): Promise<void> {
    await this.closeMembers();
    await this.#producer.close();
    await this.#topics.close();
  }
}
