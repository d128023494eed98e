import {
  PROTOCOL_VERSION,
  TransientFault,
  type BeganPartition,
  type CommitRequest,
  type CommitResult,
  type Fenced,
  type LoadedPartition,
  type OutboxEntry,
  type PartitionStore,
  type StateStore,
  type StoredAccount,
} from '#libs/core';
import { ServerIdentity } from './server-identity.ts';
import { applyTo, commitTo, openAt, outboxAfter, startTrimmed, trimTo } from './store-steps.ts';
import {
  accountsOf,
  copyPartition,
  deleteAccount,
  emptyPartition,
  raiseInputs,
  type StoredPartition,
  writeAccount,
} from './stored-partition.ts';

/** Where a store stood, to go back to. */
export type StoreSnapshot = ReadonlyMap<number, StoredPartition>;

type Asked = readonly { readonly accountId: string; readonly bucket: number }[];

const WIPE_PAGE = 100;

/**
 * The store in memory: what the scripts do on Redis, one step each (one contract suite for both). It has no time and no chance of its own: a call takes
 * effect in the microtask after it, and the server's identities are counted. It restarts and forgets when it is told to.
 */
export class InMemoryStore implements StateStore, PartitionStore {
  readonly #outboxLimit: number;
  readonly #listeners = new Set<(partition: number) => void>();
  #partitions = new Map<number, StoredPartition>();
  readonly #identity = new ServerIdentity();
  /** Every call fails while it is true. */
  away = false;

  constructor(options: { readonly outboxLimit: number }) {
    this.#outboxLimit = options.outboxLimit;
  }

  /** All that it holds. */
  snapshot(): StoreSnapshot {
    return new Map([...this.#partitions].map(([number, partition]) => [number, copyPartition(partition)]));
  }

  /** Another server process, with everything, or with what was there at `snapshot`. run_id and master_replid are new. */
  restart(snapshot: StoreSnapshot = this.snapshot()): void {
    this.#identity.begin({ sameProcess: false });
    this.replace(snapshot);
  }

  /** Another history in the same process, as after a failover away from it and back: the run_id stays, the master_replid is new. */
  failOverAndBack(snapshot: StoreSnapshot = this.snapshot()): void {
    this.#identity.begin({ sameProcess: true });
    this.replace(snapshot);
  }

  /** Puts something else in the place of what there is, behind everybody's back: nothing is FLUSHALL. */
  replace(snapshot: StoreSnapshot): void {
    this.#partitions = new Map([...snapshot].map(([number, partition]) => [number, copyPartition(partition)]));
  }

  async load(partition: number, accountIds: readonly string[]): Promise<LoadedPartition> {
    const held = await this.#of(partition);
    return {
      home: held.home,
      input: new Map(held.input),
      seq: held.seq,
      published: held.published?.seq ?? 0,
      floorMs: held.floorMs,
      accounts: accountsOf(held, accountIds),
    };
  }

  async loadAccounts(partition: number, accountIds: readonly string[]): Promise<readonly StoredAccount[]> {
    return accountsOf(await this.#of(partition), accountIds);
  }

  async loadOverflow(partition: number, asked: Asked): Promise<readonly (Uint8Array | null)[]> {
    const { overflow } = await this.#of(partition);
    return asked.map(({ accountId, bucket }) => overflow.get(`${accountId}:${bucket}`)?.slice() ?? null);
  }

  async commit(request: CommitRequest): Promise<CommitResult> {
    const held = await this.#of(request.partition);
    if (this.#identity.fenced(held, request.home) !== null) return { status: 'closed' };
    const result = commitTo(held, request, this.#outboxLimit);
    if (result.status === 'committed' && request.events.length > 0) {
      for (const listener of this.#listeners) listener(request.partition);
    }
    return result;
  }

  async reportDamage(partition: number, home: string, accountIds: readonly string[]): Promise<void> {
    const held = await this.#of(partition);
    if (this.#identity.fenced(held, home) !== null) return;
    for (const accountId of accountIds) held.damaged.add(accountId);
    held.home = null;
  }

  async damagedAccounts(partition: number): Promise<readonly string[]> {
    return [...(await this.#of(partition)).damaged];
  }

  async mend(
    ...[partition, home, { accountId, made }]: Parameters<PartitionStore['mend']>
  ): ReturnType<PartitionStore['mend']> {
    const held = await this.#of(partition);
    const refusal = this.#identity.fenced(held, home);
    if (refusal !== null) return refusal;
    deleteAccount(held, accountId);
    if (made !== null) writeAccount(held, { accountId, ...made });
    return { status: 'ok' };
  }

  async published(partition: number): Promise<{ home: string | null; epoch: number; seq: number }> {
    const { home, published } = await this.#of(partition);
    return { home, epoch: published?.epoch ?? 0, seq: published?.seq ?? 0 };
  }

  /** It has no replica. */
  async replicated(): Promise<boolean> {
    return this.#reached(false);
  }

  async home(partition: number): Promise<string | null> {
    return (await this.#of(partition)).home;
  }

  async begin(partition: number, nonce: string): Promise<BeganPartition> {
    const held = await this.#of(partition);
    const previousHome = held.home;
    const home = `closed:${nonce}:${this.#identity.text}`;
    held.home = home;
    const { epoch, seq, published, position } = held;
    return { home, previousHome, epoch, seq, input: new Map(held.input), published, position };
  }

  async wipePage(partition: number, home: string): ReturnType<PartitionStore['wipePage']> {
    const held = await this.#of(partition);
    const refusal = this.#identity.fenced(held, home);
    if (refusal !== null) return refusal;
    Object.assign(held, { seq: 0, epoch: 'wipe', outbox: [], published: null, position: null });
    held.input.clear();
    for (const accountId of [...held.versions.keys()].slice(0, WIPE_PAGE)) deleteAccount(held, accountId);
    return { status: 'ok', done: held.versions.size === 0, cursor: '0' };
  }

  /** Notes what a person agrees to, as `RebuildRequests` does on Redis; 'open' when the partition is open on this server. */
  async askRebuild(partition: number, claim: string): Promise<'asked' | 'open'> {
    const held = await this.#of(partition);
    const { home } = held;
    if (home !== null && !home.startsWith('closed:') && home.includes(this.#identity.text)) return 'open';
    held.rebuildRequest = claim;
    return 'asked';
  }

  async rebuildRequest(partition: number): Promise<string | null> {
    return (await this.#of(partition)).rebuildRequest;
  }

  async startTrimmed(start: Parameters<PartitionStore['startTrimmed']>[0]): ReturnType<PartitionStore['startTrimmed']> {
    const held = await this.#of(start.partition);
    return this.#identity.fenced(held, start.home) ?? startTrimmed(held, start);
  }

  async apply(request: Parameters<PartitionStore['apply']>[0]): ReturnType<PartitionStore['apply']> {
    const held = await this.#of(request.partition);
    return this.#identity.fenced(held, request.home) ?? applyTo(held, request);
  }

  async open(request: Parameters<PartitionStore['open']>[0]): ReturnType<PartitionStore['open']> {
    const held = await this.#of(request.partition);
    const refusal = this.#identity.fenced(held, request.home);
    if (refusal !== null) return refusal;
    const raised = openAt(held, request);
    const home = `${this.#identity.text}:${PROTOCOL_VERSION}:${request.epoch}`;
    held.home = home;
    return { status: 'ok', home, raised, input: new Map(held.input) };
  }

  async readOutbox(
    partition: number,
    home: string,
    afterSeq: number,
    maxEntries: number,
  ): Promise<{ status: 'ok'; seq: number; entries: readonly OutboxEntry[] } | Fenced> {
    const held = await this.#of(partition);
    const refusal = this.#identity.fenced(held, home);
    if (refusal !== null) return refusal;
    return { status: 'ok', seq: held.seq, entries: outboxAfter(held, afterSeq, maxEntries) };
  }

  async trim(request: Parameters<PartitionStore['trim']>[0]): ReturnType<PartitionStore['trim']> {
    const held = await this.#of(request.partition);
    return this.#identity.fenced(held, request.home) ?? trimTo(held, request);
  }

  async raiseInput(partition: number, home: string, topic: string, offset: number): Promise<{ status: 'ok' } | Fenced> {
    const held = await this.#of(partition);
    const refusal = this.#identity.fenced(held, home);
    if (refusal === null) raiseInputs(held.input, new Map([[topic, offset]]));
    return refusal ?? { status: 'ok' };
  }

  async deadLetterSeq(partition: number): Promise<number> {
    return (await this.#of(partition)).deadLetterSeq;
  }

  onCommitted(listener: (partition: number) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  async close(partition: number, home: string): Promise<{ status: 'ok' } | Fenced> {
    const held = await this.#of(partition);
    const refusal = this.#identity.fenced(held, home);
    if (refusal === null) held.home = null;
    return refusal ?? { status: 'ok' };
  }

  async #of(partition: number): Promise<StoredPartition> {
    await this.#reached(undefined);
    const held = this.#partitions.get(partition) ?? emptyPartition();
    this.#partitions.set(partition, held);
    return held;
  }

  async #reached<T>(value: T): Promise<T> {
    await Promise.resolve();
    if (this.away) throw new TransientFault('store_unreachable', 'The store in memory is away');
    return value;
  }
}
