export { createKafka, type KafkaLog, type KafkaLogLevel, type KafkaSettings } from './kafka/kafka-client.ts';
export { KafkaDecisionLog, type KafkaDecisionLogOptions } from './kafka/kafka-decision-log.ts';
export { openScoring, scoringRules, UnusableStore, type OpenedScoring, type ScoringSettings } from './open-scoring.ts';
export { StoreKeys } from './redis/keys.ts';
export { connectRedis, waitForRedis, type RedisConnection } from './redis/redis-client.ts';
export { RedisDetailCache } from './redis/redis-detail-cache.ts';
export { checkNamespace, type Namespace } from './redis/redis-namespace.ts';
export { RedisPartitionStore } from './redis/redis-partition-store.ts';
export { RedisStateStore } from './redis/redis-state-store.ts';
