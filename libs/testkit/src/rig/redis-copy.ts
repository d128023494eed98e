import type { RedisConnection } from '#libs/adapters';

type Redis = RedisConnection['redis'];

/** A backup of some keys: each with its value, as the server dumps it. Names are without their common beginning. */
export type KeyCopy = readonly (readonly [name: string, dumped: Buffer])[];

/** Names of the keys that begin with `root`, without it, in order. */
export async function keyNames(redis: Redis, root: string): Promise<string[]> {
  return (await redis.keys(`${root}*`)).map((name) => name.slice(root.length)).toSorted();
}

/** All that begins with `root`. */
export async function copyKeys(redis: Redis, root: string): Promise<KeyCopy> {
  const names = await keyNames(redis, root);
  return Promise.all(
    names.map(async (name): Promise<[string, Buffer]> => {
      const dumped = await redis.dumpBuffer(root + name);
      if (dumped === null) throw new Error(`${name} is gone`);
      return [name, dumped];
    }),
  );
}

/** Puts a backup in place of what begins with `root`; an empty one takes it all away, as FLUSHALL does. */
export async function restoreKeys(redis: Redis, root: string, copy: KeyCopy): Promise<void> {
  const names = await keyNames(redis, root);
  if (names.length > 0) await redis.del(...names.map((name) => root + name));
  await Promise.all(copy.map(([name, dumped]) => redis.restore(root + name, 0, dumped)));
}
