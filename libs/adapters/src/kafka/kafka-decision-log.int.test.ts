import { randomUUID } from 'node:crypto';
import { CONTRACT_PARTITIONS, decisionLogContract } from '#libs/testkit';
import { createKafka } from './kafka-client.ts';
import { KafkaDecisionLog } from './kafka-decision-log.ts';

const kafka = { brokers: (process.env['KAFKA_BROKERS'] ?? '').split(','), clientId: 'test' };

decisionLogContract('the log on Kafka', async () => {
  const topic = `decisions-${randomUUID()}`;
  const admin = createKafka(kafka).admin();
  await admin.connect();
  await admin.createTopics({
    waitForLeaders: false,
    topics: [{ topic, numPartitions: CONTRACT_PARTITIONS, replicationFactor: 1 }],
  });
  const log = new KafkaDecisionLog({ kafka, topic });
  return {
    log,
    trim: async (partition, low) => {
      await admin.fetchTopicOffsets(topic); // without it, kafkajs does not know the leader
      await admin.deleteTopicRecords({ topic, partitions: [{ partition, offset: String(low) }] });
    },
    close: async () => {
      await log.close();
      await admin.disconnect();
    },
  };
});
