import { connectRedis, RedisEntityStore, RedisInspector } from '#libs/adapters';
import { createHasher, type EntityReader, type Hasher } from '#libs/core';
import type { Config } from '#libs/platform';
import { openedStore } from '../namespace.ts';

const COMMAND_MS = 10_000;

/** What is looked into. */
export interface InspectionSources {
  readonly partitions: number;
  readonly hasher: Hasher;
  readonly accounts: Pick<RedisInspector, 'accountWithOverflow'>;
  /** What happened up to then may be missing in a partition; null when it was not rebuilt from a trimmed log. */
  readonly partitionFloorMs: (partition: number) => Promise<number | null>;
  readonly entities: EntityReader;
}

/** Connects the store; Kafka is not needed. Throws `CommandFailed` or `TransientFault`, with nothing left open. */
export async function openInspection(
  config: Config,
): Promise<InspectionSources & { readonly close: () => Promise<void> }> {
  const connection = connectRedis(config.redis.url, { name: 'inspect', commandTimeoutMs: COMMAND_MS });
  const close = async (): Promise<void> => connection.close();
  try {
    const { keys, partitions } = await openedStore(connection, config);
    const accounts = new RedisInspector(connection.redis, keys);
    return {
      partitions,
      hasher: createHasher(config.state.hashKey),
      accounts,
      partitionFloorMs: async (partition) => (await accounts.position(partition)).floorMs,
      entities: new RedisEntityStore(connection.redis, keys, { partitions }),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
