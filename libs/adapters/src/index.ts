export { openScoring, scoringRules, UnusableStore, type OpenedScoring, type ScoringSettings } from './open-scoring.ts';
export { StoreKeys } from './redis/keys.ts';
export { connectRedis, waitForRedis, type RedisConnection } from './redis/redis-client.ts';
export { RedisDetailCache } from './redis/redis-detail-cache.ts';
export { checkNamespace, type Namespace } from './redis/redis-namespace.ts';
export { RedisPartitionStore } from './redis/redis-partition-store.ts';
export { RedisStateStore } from './redis/redis-state-store.ts';
