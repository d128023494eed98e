import type { Redis } from 'ioredis';
import type { DetailCache } from '#libs/core';
import type { StoreKeys } from './keys.ts';
import { asTransient } from './redis-client.ts';
import { bytesOf } from './redis-state-store.ts';

/** Decisions in full under keys of their own that expire. Losing any of them only shortens an answer. */
export class RedisDetailCache implements DetailCache {
  readonly #redis: Redis;
  readonly #keys: StoreKeys;
  readonly #ttlMs: number;

  constructor(redis: Redis, keys: StoreKeys, options: { ttlMs: number }) {
    this.#redis = redis;
    this.#keys = keys;
    this.#ttlMs = options.ttlMs;
  }

  async put(partition: number, details: readonly { key: string; value: Uint8Array }[]): Promise<void> {
    if (details.length === 0) return;
    const names = this.#keys.partition(partition);
    const pipeline = this.#redis.pipeline();
    for (const { key, value } of details) pipeline.set(names.detail(key), bytesOf(value), 'PX', this.#ttlMs);
    await asTransient(() => pipeline.exec());
  }

  async get(partition: number, keys: readonly string[]): Promise<readonly (Uint8Array | null)[]> {
    if (keys.length === 0) return [];
    const names = this.#keys.partition(partition);
    return asTransient(() => this.#redis.mgetBuffer(...keys.map((key) => names.detail(key))));
  }
}
