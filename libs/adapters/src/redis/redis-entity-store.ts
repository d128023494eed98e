import type { Redis } from 'ioredis';
import {
  entityName,
  entityPartition,
  type EntityRef,
  type EntityStore,
  type EntityUpdate,
  type EntityUpdateResult,
  TransientFault,
} from '#libs/core';
import type { StoreKeys } from './keys.ts';
import { asTransient } from './redis-client.ts';
import { bytesOf } from './redis-state-store.ts';
import { list, Script, text, type ScriptArgument } from './script.ts';

/** Bytes of a record that, with its length, tell it from any other: the envelope with its checksum. */
const COMPARED_BYTES = 8;

/** The records of entities on Redis, for scoring and for the updater. Reads are grouped by partition, one command for each, in one pipeline. */
export class RedisEntityStore implements EntityStore {
  readonly #redis: Redis;
  readonly #keys: StoreKeys;
  readonly #partitions: number;
  readonly #update = new Script('update-entities');

  constructor(redis: Redis, keys: StoreKeys, { partitions }: { readonly partitions: number }) {
    this.#redis = redis;
    this.#keys = keys;
    this.#partitions = partitions;
  }

  async load(asked: readonly EntityRef[]): Promise<readonly (Uint8Array | null)[]> {
    const places = new Map<number, number[]>();
    asked.forEach((entity, i) => {
      const partition = entityPartition(entity, this.#partitions);
      const known = places.get(partition);
      if (known === undefined) places.set(partition, [i]);
      else known.push(i);
    });
    const names = [...places].map(([partition, at]) => {
      const { entityPrefix } = this.#keys.partition(partition);
      return at.map((i) => entityPrefix + entityName(asked[i] as EntityRef));
    });
    const replies = await this.#readAll(names);
    const records: (Uint8Array | null)[] = Array.from({ length: asked.length }, () => null);
    [...places.values()].forEach((at, group) => {
      at.forEach((i, k) => (records[i] = replies[group]?.[k] ?? null));
    });
    return records;
  }

  async positions(
    targets: readonly number[],
    sources: readonly number[],
  ): Promise<readonly (readonly (string | null)[])[]> {
    if (sources.length === 0) return targets.map(() => []);
    const names = targets.map((target) => sources.map((source) => this.#keys.partition(target).applied(source)));
    const replies = await this.#readAll(names);
    return replies.map((found) => found.map((position) => position?.toString('latin1') ?? null));
  }

  async apply(update: EntityUpdate): Promise<EntityUpdateResult> {
    const { target, sources, records } = update;
    const names = this.#keys.partition(target);
    const keys = sources.map(({ source }) => names.applied(source));
    const argv: ScriptArgument[] = [String(sources.length)];
    for (const { expected, next } of sources) argv.push(expected ?? '', next ?? '');
    for (const record of records) {
      keys.push(names.entityPrefix + entityName(record));
      const { loaded } = record;
      if (loaded === null) argv.push('0', '');
      else argv.push(String(loaded.length), bytesOf(loaded.subarray(0, COMPARED_BYTES)));
    }
    for (const { record } of records) argv.push(bytesOf(record));
    const [status, which] = await this.#update.run(this.#redis, keys, argv);
    switch (text(status)) {
      case 'APPLIED':
        return { status: 'applied' };
      case 'MOVED':
        return { status: 'moved', found: movedSources(list(which), sources) };
      case 'CHANGED':
        return { status: 'changed', changed: list(which).map((index) => records[Number(index) - 1] as EntityRef) };
      default:
        throw new Error(`Unknown reply of the entity script: ${text(status)}`);
    }
  }

  /** One MGET for each group of keys, all in one pipeline. */
  async #readAll(groups: readonly (readonly string[])[]): Promise<(Buffer | null)[][]> {
    if (groups.length === 0) return [];
    const pipeline = this.#redis.pipeline();
    for (const names of groups) pipeline.mgetBuffer(...names);
    const replies = await asTransient(() => pipeline.exec());
    return (replies ?? []).map(([error, reply]) => {
      if (error !== null) throw new TransientFault('store_unreachable', `Redis: ${error.message}`, { cause: error });
      return reply as (Buffer | null)[];
    });
  }
}

function movedSources(
  pairs: ReturnType<typeof list>,
  sources: EntityUpdate['sources'],
): ReadonlyMap<number, string | null> {
  const found = new Map<number, string | null>();
  for (let i = 0; i + 1 < pairs.length; i += 2) {
    const source = sources[Number(pairs[i]) - 1];
    if (source !== undefined) found.set(source.source, text(pairs[i + 1]) || null);
  }
  return found;
}
