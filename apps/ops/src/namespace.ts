import { hashKeyFingerprint, type RedisConnection, StoreKeys, waitForRedis } from '#libs/adapters';
import type { Config } from '#libs/platform';
import { CommandFailed } from './failures.ts';

const CONNECT_MS = 10_000;

/** The keys of the store that `config` names, once it answers. Throws `TransientFault` when it does not, and `CommandFailed` when it is not its own. */
export async function keysOfStore(connection: RedisConnection, config: Config, partitions: number): Promise<StoreKeys> {
  const { keys, stored } = await namespaceOf(connection, config);
  assertNamespace(stored, config, partitions);
  return keys;
}

/** The same, with the partitions that the store was opened with, so that Kafka need not be asked. Throws `CommandFailed` too when nothing was ever kept in it. */
export async function openedStore(
  connection: RedisConnection,
  config: Config,
): Promise<{ readonly keys: StoreKeys; readonly partitions: number }> {
  const { keys, stored } = await namespaceOf(connection, config);
  const partitions = Number(stored['partitions'] ?? 0);
  if (partitions === 0) {
    const where = `under the prefix ${config.redis.keyPrefix}`;
    throw new CommandFailed(`Nothing was ever kept in this Redis ${where}: see REDIS_URL and HOLDFAST_KEY_PREFIX.`);
  }
  assertNamespace(stored, config, partitions);
  return { keys, partitions };
}

async function namespaceOf(
  { redis }: RedisConnection,
  config: Config,
): Promise<{ readonly keys: StoreKeys; readonly stored: Readonly<Record<string, string>> }> {
  await waitForRedis(redis, CONNECT_MS);
  const keys = new StoreKeys(config.redis.keyPrefix);
  return { keys, stored: await redis.hgetall(keys.namespace) };
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
