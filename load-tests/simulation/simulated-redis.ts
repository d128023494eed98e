import type { DetailCache } from '#libs/core';
import { type EntitySnapshot, InMemoryEntityStore } from '../../libs/testkit/src/fakes/in-memory-entity-store.ts';
import { InMemoryStore, type StoreSnapshot } from '../../libs/testkit/src/fakes/in-memory-store.ts';
import type { Server } from './network.ts';
import type { Timeline } from './timeline.ts';

/** Everything that a Redis held at one moment. */
export interface RedisCopy {
  readonly store: StoreSnapshot;
  readonly entities: EntitySnapshot;
  readonly details: ReadonlyMap<string, Uint8Array>;
}

const EMPTY: RedisCopy = { store: new Map(), entities: new Map(), details: new Map() };
/** Methods of store, entities and details that write. */
const WRITES = new Set([
  'commit',
  'begin',
  'wipePage',
  'apply',
  'mend',
  'startTrimmed',
  'open',
  'trim',
  'raiseInput',
  'reportDamage',
  'close',
  'put',
]);

/** What becomes of a Redis that stops: it comes back after `downMs` with all but its last `lostWrites` writes, or with an older copy. */
export interface RedisCrash {
  readonly lostWrites: number;
  readonly downMs: number;
  /** The run_id stays, as after a failover away from it and back; else it is another process. */
  readonly sameProcess: boolean;
}

/** The store as a server: scripts are atomic steps, and what it comes back with after a crash is a beginning of what it had. */
export class SimulatedRedis implements Server {
  readonly store: InMemoryStore;
  readonly entities: InMemoryEntityStore;
  readonly details = new MemoryDetails();
  readonly #timeline: Timeline;
  /** Copies from before each of the last writes, oldest first. */
  readonly #history: RedisCopy[] = [];
  readonly #kept: number;
  readonly #backups: RedisCopy[] = [EMPTY];
  #starts = 1;
  #down = false;

  /** `kept`: how many writes a crash can take with it. */
  constructor(
    timeline: Timeline,
    { partitions, outboxLimit, kept }: { partitions: number; outboxLimit: number; kept: number },
  ) {
    this.#timeline = timeline;
    this.#kept = kept;
    this.store = new InMemoryStore({ outboxLimit });
    this.entities = new InMemoryEntityStore({ partitions });
  }

  get isDown(): boolean {
    return this.#down;
  }

  get starts(): number {
    return this.#starts;
  }

  /** To be called before a method of store, entities or details runs. */
  noteCall(method: string): void {
    if (this.#kept === 0 || !WRITES.has(method)) return;
    this.#history.push(this.#copy());
    if (this.#history.length > this.#kept) this.#history.shift();
  }

  /** Takes a backup, to be restored later. */
  backUp(): void {
    this.#backups.push(this.#copy());
  }

  crash({ lostWrites, downMs, sameProcess }: RedisCrash): void {
    const lost = Math.min(lostWrites, this.#history.length);
    const copy = lost === 0 ? this.#copy() : (this.#history[this.#history.length - lost] as RedisCopy);
    this.#comeBack(copy, downMs, sameProcess);
  }

  /** Comes back with the backup of that number, of those taken so far; 0 is an empty one. */
  restore(backup: number, downMs: number): void {
    this.#comeBack(this.#backups[backup % this.#backups.length] as RedisCopy, downMs, false);
  }

  /** Everything is deleted, in the same process. */
  flushAll(): void {
    this.store.replace(new Map());
    this.entities.restore();
    this.details.restore(new Map());
    this.#history.length = 0;
  }

  /** A byte of one account's record goes bad, of the accounts that there are. */
  damage(choice: number): void {
    const held = this.store.snapshot();
    const records = [...held.values()].flatMap(({ accounts }) => [...accounts].map((entry) => ({ accounts, entry })));
    const hit = records[choice % Math.max(1, records.length)];
    if (hit === undefined) return;
    const [accountId, record] = hit.entry;
    const damaged = record.slice();
    damaged[damaged.length >> 1]! ^= 0xff;
    hit.accounts.set(accountId, damaged);
    this.store.replace(held);
  }

  #comeBack(copy: RedisCopy, downMs: number, sameProcess: boolean): void {
    this.#down = true;
    this.#starts += 1;
    this.#history.length = 0;
    if (sameProcess) this.store.failOverAndBack(copy.store);
    else this.store.restart(copy.store);
    this.entities.restore(copy.entities);
    this.details.restore(copy.details);
    this.#timeline.after(downMs, null, () => {
      this.#down = false;
    });
  }

  #copy(): RedisCopy {
    return { store: this.store.snapshot(), entities: this.entities.snapshot(), details: this.details.snapshot() };
  }
}

/** Decisions in full, outside the truth, but in the same server. */
class MemoryDetails implements DetailCache {
  #kept = new Map<string, Uint8Array>();

  snapshot(): ReadonlyMap<string, Uint8Array> {
    return new Map(this.#kept);
  }

  restore(kept: ReadonlyMap<string, Uint8Array>): void {
    this.#kept = new Map(kept);
  }

  async put(
    _partition: number,
    details: readonly { readonly key: string; readonly value: Uint8Array }[],
  ): Promise<void> {
    for (const { key, value } of details) this.#kept.set(key, value);
  }

  async get(_partition: number, keys: readonly string[]): Promise<readonly (Uint8Array | null)[]> {
    return keys.map((key) => this.#kept.get(key) ?? null);
  }
}
