import { systemClock } from '#libs/platform';
import { InputConsumer } from '../src/kafka/kafka-input.ts';
import { KafkaDecisionLog } from '../src/kafka/kafka-decision-log.ts';
import { KafkaProducer } from '../src/kafka/kafka-producer.ts';
import { KafkaTopics } from '../src/kafka/kafka-topics.ts';

// A process that finds no Kafka, is told so by every call, closes everything, and has to end by itself.
const kafka = { brokers: (process.env['KAFKA_BROKERS'] ?? '').split(','), clientId: 'close-while-away' };
const topic = process.argv[2] ?? '';
const topics = new KafkaTopics({ kafka });
const log = new KafkaDecisionLog({ kafka, topic });
const producer = new KafkaProducer({ kafka });
const fail = (error: unknown): never => {
  throw error;
};
const consumer = new InputConsumer({
  kafka,
  clock: systemClock,
  groupId: topic,
  topics: [topic],
  onAssigned: () => undefined,
  onRevoked: () => undefined,
  onBatch: ({ to }) => Promise.resolve({ next: to }),
  onOutOfRange: () => undefined,
  onCrash: fail,
});
const record = { key: null, value: null, headers: {} };
const calls = await Promise.allSettled([
  topics.partitionCounts([topic]),
  log.connect(),
  log.append(0, [record]),
  log.read(0, 0, { maxBytes: 1, maxWaitMs: 0 }),
  log.watermarks(0),
  producer.send(topic, [{ ...record, partition: 0 }]),
]);
await consumer.join();
for (const call of calls) {
  if (call.status === 'fulfilled' || (call.reason as Error).name !== 'TransientFault')
    fail(new Error('No passing fault'));
}
await Promise.all([consumer.close(), log.close(), producer.close(), topics.close()]);
