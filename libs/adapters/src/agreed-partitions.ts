import { topicNames } from '#libs/contracts';
import type { KafkaSettings } from './kafka/kafka-client.ts';
import { KafkaTopics } from './kafka/kafka-topics.ts';

/** The topics are not there, or are not what the service can work on. */
export class UnusableTopics extends Error {
  override readonly name = 'UnusableTopics';
}

/** The number of partitions that all topics have. Throws `UnusableTopics` when they do not exist or do not agree, `TransientFault` when Kafka is away. */
export async function agreedPartitions(kafka: KafkaSettings, topicPrefix: string): Promise<number> {
  const topics = new KafkaTopics({ kafka });
  try {
    const { transactions, decisions, deadLetters } = topicNames(topicPrefix);
    const wanted = [transactions, decisions, deadLetters];
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
    return counts.get(transactions) as number;
  } finally {
    await topics.close();
  }
}
