import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe } from 'vitest';
import { connectRedis, RedisEntityStore, StoreKeys, waitForRedis } from '#libs/adapters';
import type { EntityStore, Transaction } from '#libs/core';
import { type EntitySnapshot, InMemoryEntityStore } from '../../src/fakes/in-memory-entity-store.ts';
import type { ListingFold } from '../../src/fakes/listing-fold.ts';
import { copyKeys, type KeyCopy, restoreKeys } from '../../src/rig/redis-copy.ts';
import { payment } from '../../src/rig/scripted-log.ts';
import { UPDATER_PARTITIONS, UpdaterRig } from '../../src/rig/updater-rig.ts';

/** A store of entities, and what a test does to it from outside. */
interface TestStore {
  readonly store: EntityStore;
  copy(): Promise<unknown>;
  /** Puts a copy in place of what there is; nothing without one, as after FLUSHALL. */
  restore(copy?: unknown): Promise<void>;
  close(): Promise<void>;
}

async function onRedis(): Promise<TestStore> {
  const url = process.env['REDIS_URL'];
  if (url === undefined) throw new Error('REDIS_URL is set by the test run');
  const connection = connectRedis(url, { name: 'updater', commandTimeoutMs: 5_000 });
  const { redis } = connection;
  await waitForRedis(redis, 5_000);
  const prefix = `test-${randomBytes(6).toString('hex')}`;
  return {
    store: new RedisEntityStore(redis, new StoreKeys(prefix), { partitions: UPDATER_PARTITIONS }),
    copy: () => copyKeys(redis, prefix),
    restore: (copy) => restoreKeys(redis, prefix, (copy as KeyCopy | undefined) ?? []),
    close: () => connection.close(),
  };
}

async function inMemory(): Promise<TestStore> {
  const store = new InMemoryEntityStore({ partitions: UPDATER_PARTITIONS });
  return {
    store,
    copy: async () => store.snapshot(),
    restore: async (copy) => store.restore(copy as EntitySnapshot | undefined),
    close: async () => undefined,
  };
}

/** What the tests of the updater work on; new for each test. */
export class UpdaterSubject {
  readonly #made: () => TestStore;
  readonly #rig: () => UpdaterRig;

  constructor(made: () => TestStore, rig: () => UpdaterRig) {
    this.#made = made;
    this.#rig = rig;
  }

  get rig(): UpdaterRig {
    return this.#rig();
  }

  get store(): EntityStore {
    return this.#made().store;
  }

  copy(): Promise<unknown> {
    return this.#made().copy();
  }

  restore(copy?: unknown): Promise<void> {
    return this.#made().restore(copy);
  }

  /** Appends payments `from` to `to - 1` to each source: every third at one terminal, the rest by cards and at terminals that sources share. */
  fill(from: number, to: number, sources: readonly number[] = this.rig.sources): void {
    for (const source of sources) this.rig.script(source).decide(...payments(source, from, to));
  }
}

/** Payments of one source's account, a second apart. */
export function payments(source: number, from: number, to: number): Transaction[] {
  return Array.from({ length: to - from }, (_, i) => {
    const n = from + i;
    const terminal = n % 3 === 0 ? 'hot' : `t${n % 5}`;
    return payment(`p${source}-${n}`, { account: `a${source}`, second: n, terminal, card: `c${(n + source) % 4}` });
  });
}

/** Runs the same tests over Redis and over the fake. */
export function describeUpdater(name: string, tests: (subject: UpdaterSubject) => void, fold?: ListingFold): void {
  describe.each([
    ['Redis', onRedis],
    ['the fake', inMemory],
  ])(`${name}, on %s`, (_, makeStore) => {
    let made: TestStore;
    let rig: UpdaterRig;
    beforeEach(async () => {
      made = await makeStore();
      rig = new UpdaterRig(made.store, fold === undefined ? {} : { fold });
    });
    afterEach(async () => {
      await rig.stop();
      await made.close();
    });
    tests(
      new UpdaterSubject(
        () => made,
        () => rig,
      ),
    );
  });
}
