import { randomBytes } from 'node:crypto';
import { connectRedis, RedisEntityStore, StoreKeys, waitForRedis } from '#libs/adapters';
import { entityStoreContract } from '../../src/contracts/entity-store-contract.ts';
import { CONTRACT_TARGETS } from '../../src/contracts/entity-store-subject.ts';
import { copyKeys, type KeyCopy, restoreKeys } from '../../src/rig/redis-copy.ts';

entityStoreContract('Redis', async () => {
  const url = process.env['REDIS_URL'];
  if (url === undefined) throw new Error('REDIS_URL is set by the test run');
  const connection = connectRedis(url, { name: 'contract', commandTimeoutMs: 5_000 });
  const { redis } = connection;
  await waitForRedis(redis, 5_000);
  const prefix = `test-${randomBytes(6).toString('hex')}`;
  return {
    store: new RedisEntityStore(redis, new StoreKeys(prefix), { partitions: CONTRACT_TARGETS }),
    snapshot: () => copyKeys(redis, prefix),
    restore: (snapshot) => restoreKeys(redis, prefix, (snapshot as KeyCopy | undefined) ?? []),
    close: () => connection.close(),
  };
});
