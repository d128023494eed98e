import {
  connectRedis,
  RebuildRequests,
  RedisPartitionStore,
  RedisStateStore,
  StoreKeys,
  waitForRedis,
} from '#libs/adapters';
import { systemClock } from '#libs/platform';
import { stateStoreContract } from '../../src/contracts/state-store-contract.ts';
import { CONTRACT_OUTBOX_LIMIT } from '../../src/contracts/store-subject.ts';
import { PrivateRedis } from '../protocol/private-redis.ts';

const TIMEOUT_MS = 10_000;

stateStoreContract('the store on Redis', async () => {
  const server = await PrivateRedis.start();
  const connections = ['contract', 'contract-sub'].map((name) => {
    return connectRedis(server.url, { name, commandTimeoutMs: TIMEOUT_MS });
  });
  const [redis, subscriber] = connections.map((connection) => connection.redis);
  if (redis === undefined || subscriber === undefined) throw new Error('two connections were made');
  const reachable = async (): Promise<void> => {
    for (const connection of [redis, subscriber]) await waitForRedis(connection, TIMEOUT_MS);
  };
  await reachable();
  const keys = new StoreKeys('contract');
  return {
    state: new RedisStateStore(redis, keys, { outboxLimit: CONTRACT_OUTBOX_LIMIT }),
    partitions: new RedisPartitionStore(redis, subscriber, keys),
    mark: () => server.fileBytes(),
    restart: async (mark) => {
      const bytes = mark === undefined ? await server.fileBytes() : (mark as number);
      await server.loseAfter(bytes);
      // The connections notice by themselves that the server they had is gone.
      while (redis.status === 'ready' && !(await answers(() => redis.ping()))) await systemClock.sleep(5);
      await reachable();
    },
    askRebuild: (partition, claim) => new RebuildRequests(redis, keys).ask(partition, claim),
    close: async () => {
      for (const connection of connections) await connection.close();
      await server.stop();
    },
  };
});

async function answers(ask: () => Promise<unknown>): Promise<boolean> {
  return ask().then(
    () => true,
    () => false,
  );
}
