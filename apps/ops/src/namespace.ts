import { hashKeyFingerprint, type RedisConnection, StoreKeys, waitForRedis } from '#libs/adapters';
import type { Config } from '#libs/platform';
import { CommandFailed } from './failures.ts';

const CONNECT_MS = 10_000;

/** The keys of the store that `config` names, once it answers. Throws `TransientFault` when it does not, and `CommandFailed` when it is not its own. */
export async function keysOfStore({ redis }: RedisConnection, config: Config, partitions: number): Promise<StoreKeys> {
  await waitForRedis(redis, CONNECT_MS);
  const keys = new StoreKeys(config.redis.keyPrefix);
  assertNamespace(await redis.hgetall(keys.namespace), config, partitions);
  return keys;
}

/** That `stored` is the namespace of `config`: with another hash key or number of partitions every account would seem wrong. Throws `CommandFailed`. */
function assertNamespace(stored: Readonly<Record<string, string>>, config: Config, partitions: number): void {
  const fingerprint = hashKeyFingerprint(config.state.hashKey);
  if (stored['hash_key'] !== undefined && stored['hash_key'] !== fingerprint) {
    throw new CommandFailed(
      'HOLDFAST_HASH_KEY is not the key that the state was made with: give the one of the service.',
    );
  }
  if (stored['partitions'] !== undefined && Number(stored['partitions']) !== partitions) {
    throw new CommandFailed(
      `The state was opened with ${stored['partitions']} partitions, the topics have ${partitions}.`,
    );
  }
}
