import type { Redis } from 'ioredis';
import { parseClaim, type StoredAccount, type StoredEntities, type StoredState, type StorePosition } from '#libs/core';
import { OVERFLOW_BUCKETS, type StoreKeys } from './keys.ts';
import { asTransient } from './redis-client.ts';

const SCAN_PAGE = 500;
const ATTEMPTS = 10;
/** Reading all entities of a partition is long against a cycle of their updater. */
const ENTITY_ATTEMPTS = 3;

/** A partition's scalars as they are in the store, for who looks from outside. */
export interface InspectedPartition extends StorePosition {
  readonly epoch: string | null;
  /** Entries of the outbox, published ones that are kept included. */
  readonly outboxEntries: number;
  /** Offset of the log that the newest claim speaks of; null when there is none. */
  readonly claimedOffset: number | null;
}

/**
 * Looks at a store without changing it or being part of the protocol: for audits and people. An account's version is read before and after the rest of
 * it, so that what is given belongs together even while the service is at work. Throws `TransientFault` when the store cannot be reached.
 */
export class RedisInspector {
  readonly #redis: Redis;
  readonly #keys: StoreKeys;

  constructor(redis: Redis, keys: StoreKeys) {
    this.#redis = redis;
    this.#keys = keys;
  }

  async position(partition: number): Promise<InspectedPartition> {
    const k = this.#keys.partition(partition);
    const [scalars, input, entries] = await asTransient(() =>
      Promise.all([
        this.#redis.mget(k.home, k.seq, k.epoch, k.published, k.position, k.deadLetters, k.floor),
        this.#redis.hgetall(k.input),
        this.#redis.xlen(k.outbox),
      ]),
    );
    const [home, seq, epoch, published, position, deadLetters, floor] = scalars;
    const [publishedEpoch, publishedSeq] = (published ?? '').split(':').map(Number);
    return {
      home: home ?? null,
      seq: Number(seq ?? 0),
      epoch: epoch ?? null,
      published: publishedSeq === undefined ? null : { epoch: publishedEpoch as number, seq: publishedSeq },
      claimedOffset: parseClaim(position)?.offset ?? null,
      input: new Map(Object.entries(input).map(([topic, offset]) => [topic, Number(offset)])),
      deadLetterSeq: Number(deadLetters ?? 0),
      floorMs: numberOf(floor),
      outboxEntries: entries,
    };
  }

  /** Names of the accounts that have a version, in pages; every one that is there all the while, at least once. */
  async *accountIds(partition: number): AsyncGenerator<readonly string[], void, undefined> {
    const { versions } = this.#keys.partition(partition);
    let cursor = '0';
    do {
      const [next, fields] = await asTransient(() => this.#redis.hscan(versions, cursor, 'COUNT', SCAN_PAGE));
      cursor = next;
      yield fields.filter((_, i) => i % 2 === 0);
    } while (cursor !== '0');
  }

  /** Version and record of each account, in the order asked. */
  async accounts(partition: number, accountIds: readonly string[]): Promise<readonly StoredAccount[]> {
    if (accountIds.length === 0) return [];
    const k = this.#keys.partition(partition);
    const read = await this.#settled(partition, accountIds, () =>
      this.#redis.mgetBuffer(...accountIds.map((accountId) => k.account(accountId))),
    );
    return accountIds.map((_, i) => ({ version: read.versions[i] ?? null, record: read.rest[i] ?? null }));
  }

  /** One account with all its overflow records. */
  async accountWithOverflow(partition: number, accountId: string): Promise<StoredState> {
    const k = this.#keys.partition(partition);
    const buckets = Array.from({ length: OVERFLOW_BUCKETS }, (_, bucket) => bucket);
    const names = [k.account(accountId), ...buckets.map((bucket) => k.overflow(accountId, bucket))];
    const { versions, rest } = await this.#settled(partition, [accountId], () => this.#redis.mgetBuffer(...names));
    const [record, ...overflow] = rest;
    const existing = buckets.flatMap((bucket): [number, Buffer][] => {
      const bytes = overflow[bucket] ?? null;
      return bytes === null ? [] : [[bucket, bytes]];
    });
    return { version: versions[0] ?? null, record: record ?? null, overflow: new Map(existing) };
  }

  /** Up to where each source partition of the log is applied to the entities of a partition; null where nothing is. */
  async appliedClaims(partition: number, sources: number): Promise<readonly (string | null)[]> {
    const k = this.#keys.partition(partition);
    const names = Array.from({ length: sources }, (_, source) => k.applied(source));
    return asTransient(() => this.#redis.mget(...names));
  }

  /** All entities of a partition, read while no claim moved; null when they always did. Goes through all keys of the server, page by page. */
  async entities(partition: number, sources: number): Promise<StoredEntities | null> {
    for (let attempt = 1; attempt <= ENTITY_ATTEMPTS; attempt++) {
      const claims = await this.appliedClaims(partition, sources);
      const records = await this.#entityRecords(partition);
      const after = await this.appliedClaims(partition, sources);
      if (claims.every((claim, source) => claim === after[source])) return { claims, records };
    }
    return null;
  }

  async #entityRecords(partition: number): Promise<Map<string, Uint8Array>> {
    const { entityPrefix } = this.#keys.partition(partition);
    const pattern = `${entityPrefix.replaceAll(/[*?[\]\\^]/g, '\\$&')}*`;
    const records = new Map<string, Uint8Array>();
    let cursor = '0';
    do {
      const [next, names] = await asTransient(() => this.#redis.scan(cursor, 'MATCH', pattern, 'COUNT', SCAN_PAGE));
      cursor = next;
      const found = names.length === 0 ? [] : await asTransient(() => this.#redis.mgetBuffer(...names));
      for (const [i, record] of found.entries()) {
        if (record !== null) records.set((names[i] as string).slice(entityPrefix.length), record);
      }
    } while (cursor !== '0');
    return records;
  }

  /** What `read` gives while no version of the accounts changes; the last try is given as it is. */
  async #settled<T>(
    partition: number,
    accountIds: readonly string[],
    read: () => Promise<T>,
  ): Promise<{ versions: readonly (number | null)[]; rest: T }> {
    const { versions: key } = this.#keys.partition(partition);
    for (let attempt = 1; ; attempt++) {
      const [before, rest, after] = await asTransient(() =>
        Promise.all([this.#redis.hmget(key, ...accountIds), read(), this.#redis.hmget(key, ...accountIds)]),
      );
      if (attempt === ATTEMPTS || before.every((version, i) => version === after[i])) {
        return { versions: before.map(numberOf), rest };
      }
    }
  }
}

function numberOf(text: string | null | undefined): number | null {
  return text === null || text === undefined ? null : Number(text);
}
