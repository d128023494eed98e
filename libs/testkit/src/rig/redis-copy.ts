import type { RedisConnection } from '#libs/adapters';

type Redis = RedisConnection['redis'];

/** A backup of some keys: each with its value, as the server dumps it. Names are without their common beginning. */
export type KeyCopy = readonly (readonly [name: string, dumped: Buffer])[];

// In one step each, or a copy that is taken while others write would belong to no moment.
const COPY = `local copy = {}
for _, key in ipairs(redis.call('KEYS', ARGV[1] .. '*')) do
  copy[#copy + 1] = string.sub(key, #ARGV[1] + 1)
  copy[#copy + 1] = redis.call('DUMP', key)
end
return copy`;
const RESTORE = `for _, key in ipairs(redis.call('KEYS', ARGV[1] .. '*')) do redis.call('DEL', key) end
for i = 2, #ARGV, 2 do redis.call('RESTORE', ARGV[1] .. ARGV[i], 0, ARGV[i + 1]) end`;

/** Names of the keys that begin with `root`, without it, in order. */
export async function keyNames(redis: Redis, root: string): Promise<string[]> {
  return (await redis.keys(`${root}*`)).map((name) => name.slice(root.length)).toSorted();
}

/** All that begins with `root`, as of one moment. */
export async function copyKeys(redis: Redis, root: string): Promise<KeyCopy> {
  const flat = (await redis.callBuffer('EVAL', COPY, 0, root)) as unknown as Buffer[];
  const names = flat.filter((_, i) => i % 2 === 0).map((name) => name.toString('latin1'));
  return names
    .map((name, i): [string, Buffer] => [name, flat[2 * i + 1] as Buffer])
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
}

/** Puts a backup in place of what begins with `root`, in one step; an empty one takes it all away, as FLUSHALL does. */
export async function restoreKeys(redis: Redis, root: string, copy: KeyCopy): Promise<void> {
  await redis.call('EVAL', RESTORE, 0, root, ...copy.flat());
}
