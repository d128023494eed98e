import type { EntityStore } from '#libs/core';
import type { OpenedScoring, ScoringSettings } from './open-scoring.ts';
import { connectRedis, waitForRedis } from './redis/redis-client.ts';
import { RedisEntityStore } from './redis/redis-entity-store.ts';

const START_TIMEOUT_MS = 10_000;
/** A step with a hundred large records takes longer than a decision may. */
const COMMAND_TIMEOUT_MS = 5_000;

/** The entity updater's side of the store, on a connection of its own. */
export interface OpenedEntityStore {
  readonly store: EntityStore;
  close(): Promise<void>;
}

/** Connects what the entity updater needs of the store. Throws `TransientFault` when it cannot for 10 s. */
export async function openEntityStore(
  { keys }: Pick<OpenedScoring, 'keys'>,
  { redis: { url }, partitions }: Pick<ScoringSettings, 'redis' | 'partitions'>,
  onRedisError: (error: Error) => void,
): Promise<OpenedEntityStore> {
  const connection = connectRedis(url, {
    name: 'entities',
    commandTimeoutMs: COMMAND_TIMEOUT_MS,
    onError: onRedisError,
  });
  try {
    await waitForRedis(connection.redis, START_TIMEOUT_MS);
  } catch (error) {
    await connection.close();
    throw error;
  }
  return { store: new RedisEntityStore(connection.redis, keys, { partitions }), close: () => connection.close() };
}
