import { systemClock } from '#libs/platform';
import { InputConsumer } from '../src/kafka/kafka-input.ts';
import { KafkaDecisionLog } from '../src/kafka/kafka-decision-log.ts';
import { KafkaProducer } from '../src/kafka/kafka-producer.ts';
import { KafkaTopics } from '../src/kafka/kafka-topics.ts';

// A process that uses everything once, closes it, and has to end by itself: nothing may be left that keeps it.
const kafka = { brokers: (process.env['KAFKA_BROKERS'] ?? '').split(','), clientId: 'open-and-close' };
const topic = process.argv[2] ?? '';
const topics = new KafkaTopics({ kafka });
await topics.create([{ name: topic, partitions: 2, configs: {} }], 1);
const log = new KafkaDecisionLog({ kafka, topic });
await log.connect();
const unanswered = log.read(1, 0, { maxBytes: 1_000, maxWaitMs: 60_000 }).catch(() => undefined);
const producer = new KafkaProducer({ kafka });
await producer.send(topic, [{ partition: 0, key: null, value: Buffer.from('a'), headers: {} }]);
const handled = Promise.withResolvers<void>();
const consumer: InputConsumer = new InputConsumer({
  kafka,
  clock: systemClock,
  groupId: topic,
  topics: [topic],
  onAssigned: () => consumer.start(topic, 0, 0),
  onRevoked: () => undefined,
  onBatch: ({ to }) => Promise.resolve(handled.resolve()).then(() => ({ next: to })),
  onOutOfRange: () => undefined,
  onCrash: (error) => handled.reject(error),
});
await consumer.join();
await handled.promise;
await Promise.all([consumer.close(), log.close(), producer.close(), topics.close(), unanswered]);
