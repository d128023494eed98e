import { topicNames } from '#libs/contracts';
import type { KafkaSettings } from './kafka/kafka-client.ts';
import { KafkaTopics } from './kafka/kafka-topics.ts';

/** How long the decisions topic keeps its records by their age; Infinity when for ever. Throws `TransientFault` when Kafka is away. */
export async function decisionsRetentionMs(kafka: KafkaSettings, topicPrefix: string): Promise<number> {
  const topics = new KafkaTopics({ kafka });
  try {
    return await topics.retentionMs(topicNames(topicPrefix).decisions);
  } finally {
    await topics.close();
  }
}
