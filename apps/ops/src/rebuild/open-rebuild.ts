import { agreedTopics, connectRedis, KafkaDecisionLog, RebuildRequests, RedisInspector } from '#libs/adapters';
import { topicNames } from '#libs/contracts';
import type { DecisionLog } from '#libs/core';
import type { Config } from '#libs/platform';
import { kafkaSettings } from '../command-context.ts';
import { keysOfStore } from '../namespace.ts';

const COMMAND_MS = 5_000;

/** What a rebuild is asked for over. */
export interface RebuildSources {
  readonly partitions: number;
  readonly log: DecisionLog;
  readonly store: Pick<RedisInspector, 'position'>;
  readonly requests: RebuildRequests;
}

/** Connects log and store. Throws `CommandFailed`, `UnusableTopics` or `TransientFault`, with nothing left open. */
export async function openRebuild(config: Config): Promise<RebuildSources & { readonly close: () => Promise<void> }> {
  const kafka = kafkaSettings(config);
  const { partitions } = await agreedTopics(kafka, config.kafka.topicPrefix);
  const connection = connectRedis(config.redis.url, { name: 'rebuild', commandTimeoutMs: COMMAND_MS });
  const log = new KafkaDecisionLog({ kafka, topic: topicNames(config.kafka.topicPrefix).decisions });
  const close = async (): Promise<void> => {
    await Promise.all([connection.close(), log.close()]);
  };
  try {
    const { redis } = connection;
    const keys = await keysOfStore(connection, config, partitions);
    const store = new RedisInspector(redis, keys);
    return { partitions, log, store, requests: new RebuildRequests(redis, keys), close };
  } catch (error) {
    await close();
    throw error;
  }
}
