import type { PartitionStore } from '#libs/core';
import type { OpenedScoring, ScoringSettings } from './open-scoring.ts';
import { connectRedis, waitForRedis } from './redis/redis-client.ts';
import { RedisPartitionStore } from './redis/redis-partition-store.ts';

const START_TIMEOUT_MS = 10_000;
/** A page of a wipe or of a replay takes longer than a decision may. */
const COMMAND_TIMEOUT_MS = 5_000;

/** The owner's side of the store, on connections of its own. */
export interface OpenedPartitionStore {
  readonly store: PartitionStore;
  close(): Promise<void>;
}

/** Connects what the owner of partitions needs of the store. Throws `TransientFault` when it cannot for 10 s. */
export async function openPartitionStore(
  scoring: Pick<OpenedScoring, 'keys'>,
  settings: Pick<ScoringSettings, 'redis'>,
  onRedisError: (error: Error) => void,
): Promise<OpenedPartitionStore> {
  const options = { commandTimeoutMs: COMMAND_TIMEOUT_MS, onError: onRedisError };
  const owner = connectRedis(settings.redis.url, { name: 'owner', ...options });
  const subscriber = connectRedis(settings.redis.url, { name: 'wake-up', ...options });
  const close = async (): Promise<void> => {
    await Promise.all([owner.close(), subscriber.close()]);
  };
  try {
    await Promise.all([owner, subscriber].map(({ redis }) => waitForRedis(redis, START_TIMEOUT_MS)));
  } catch (error) {
    await close();
    throw error;
  }
  return { store: new RedisPartitionStore(owner.redis, subscriber.redis, scoring.keys), close };
}
