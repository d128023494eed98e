import { MAX_INPUT_RECORD_BYTES, MAX_OUTPUT_RECORD_BYTES, topicNames } from '#libs/contracts';
import type { KafkaSettings } from './kafka/kafka-client.ts';
import { KafkaTopics } from './kafka/kafka-topics.ts';

/** The topics are not there, or are not what the service can work on. */
export class UnusableTopics extends Error {
  override readonly name = 'UnusableTopics';
}

/** What a process has to know of its topics. */
export interface AgreedTopics {
  /** All topics have so many. */
  readonly partitions: number;
  /** How long the decisions topic keeps its records by their age; Infinity when for ever. */
  readonly decisionsRetentionMs: number;
}

/**
 * The topics as the brokers have them, if the service can work on them. Throws `UnusableTopics` when they do not exist, do not agree, or take smaller records than the service
 * writes, which would be sent for ever; `TransientFault` when Kafka is away.
 */
export async function agreedTopics(kafka: KafkaSettings, topicPrefix: string): Promise<AgreedTopics> {
  const topics = new KafkaTopics({ kafka });
  try {
    const { transactions, labels, decisions, deadLetters } = topicNames(topicPrefix);
    const wanted = [transactions, labels, decisions, deadLetters];
    const counts = await topics.partitionCounts(wanted);
    const missing = wanted.filter((name) => !counts.has(name));
    if (missing.length > 0) {
      const names = missing.join(', ');
      throw new UnusableTopics(`There is no topic ${names}: create the topics with \`npm run ops -- topics create\``);
    }
    if (new Set(counts.values()).size > 1) {
      const found = wanted.map((name) => `${name} has ${counts.get(name)}`).join(', ');
      throw new UnusableTopics(`The topics must have the same number of partitions: ${found}`);
    }
    const limits = await topics.limits(wanted);
    for (const name of wanted) {
      const needed = name === transactions || name === labels ? MAX_INPUT_RECORD_BYTES : MAX_OUTPUT_RECORD_BYTES;
      const taken = limits.get(name)?.maxMessageBytes ?? 0;
      if (taken >= needed) continue;
      throw new UnusableTopics(`${name} has max.message.bytes=${taken}, at least ${needed} is needed: raise it`);
    }
    return {
      partitions: counts.get(transactions) as number,
      decisionsRetentionMs: limits.get(decisions)?.retentionMs ?? Infinity,
    };
  } finally {
    await topics.close();
  }
}
