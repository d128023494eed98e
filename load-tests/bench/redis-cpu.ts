import type { Redis } from 'ioredis';

/** What a Redis says of itself, in microseconds: processor time so far, and calls and time of scripts. */
export interface RedisUsage {
  readonly cpuUs: number;
  readonly scriptCalls: number;
  readonly scriptUs: number;
}

/** Reads a server's own counters: finer than the ticks of /proc. */
export async function redisUsage(redis: Redis): Promise<RedisUsage> {
  const [cpu, commands] = await Promise.all([redis.info('cpu'), redis.info('commandstats')]);
  const number = (text: string, pattern: RegExp): number => Number(pattern.exec(text)?.[1] ?? 0);
  return {
    cpuUs: 1e6 * (number(cpu, /used_cpu_sys:([\d.]+)/) + number(cpu, /used_cpu_user:([\d.]+)/)),
    scriptCalls: number(commands, /cmdstat_evalsha:calls=(\d+)/),
    scriptUs: number(commands, /cmdstat_evalsha:calls=\d+,usec=(\d+)/),
  };
}
