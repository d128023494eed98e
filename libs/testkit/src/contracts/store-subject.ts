import type {
  AccountWrite,
  AppliedAccount,
  CommitRequest,
  EncodedEvent,
  PartitionStore,
  StateStore,
  StoredAccount,
} from '#libs/core';

/** A store to be tried out: both its sides, and its server. */
export interface StoreUnderTest {
  readonly state: StateStore;
  readonly partitions: PartitionStore;
  /** Where the server stands now, to be gone back to. */
  mark(): Promise<unknown>;
  /** Ends the server process and starts another with everything, or with what was there at `mark`. Resolves when it can be reached. */
  restart(mark?: unknown): Promise<void>;
  /** Notes that a person agrees to start the partition at `claim`; 'open' when it is open. */
  askRebuild(partition: number, claim: string): Promise<'asked' | 'open'>;
  close(): Promise<void>;
}

/** The outbox limit that the store under test is to have. */
export const CONTRACT_OUTBOX_LIMIT = 300;

/** What the tests of the contract work on. */
export interface StoreSubject {
  readonly state: () => StateStore;
  readonly partitions: () => PartitionStore;
  readonly mark: () => Promise<unknown>;
  readonly restart: (mark?: unknown) => Promise<void>;
  readonly askRebuild: StoreUnderTest['askRebuild'];
  /** A partition that no other test has used. */
  readonly fresh: () => number;
  /** A fresh partition, opened: its number and home. */
  readonly opened: (input?: Readonly<Record<string, number>>) => Promise<{ p: number; home: string }>;
}

/** Helpers of the tests over the store that `made` gives. */
export function storeSubject(made: () => StoreUnderTest): StoreSubject {
  let used = 0;
  const fresh = (): number => used++;
  return {
    state: () => made().state,
    partitions: () => made().partitions,
    mark: () => made().mark(),
    restart: (mark) => made().restart(mark),
    askRebuild: (partition, claim) => made().askRebuild(partition, claim),
    fresh,
    opened: async (input = {}) => {
      const p = fresh();
      return { p, home: await openPartitionOf(made().partitions, p, input) };
    },
  };
}

/** Begins and opens; the new home. */
export async function openPartitionOf(
  store: PartitionStore,
  p: number,
  lowWatermarks: Readonly<Record<string, number>> = {},
): Promise<string> {
  const { home, epoch, seq } = await store.begin(p, `nonce-${p}`);
  const opened = await store.open({
    partition: p,
    home,
    epoch: (typeof epoch === 'number' ? epoch : 0) + 1,
    base: seq,
    position: '0:0:0:0',
    lowWatermarks: new Map(Object.entries(lowWatermarks)),
  });
  if (opened.status !== 'ok') throw new Error(`not opened: ${JSON.stringify(opened)}`);
  return opened.home;
}

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

export function event(text: string): EncodedEvent {
  return { key: bytesOf('acct-1'), value: bytesOf(text), headers: { ce_type: 'decision.made' } };
}

export function events(count: number): EncodedEvent[] {
  return Array.from({ length: count }, (_, i) => event(String(i)));
}

/** An account's part of a commit; `record` null when it was only read. */
export function write(
  accountId: string,
  version: number | null,
  record: string | null = `record of ${accountId}`,
  overflow: Readonly<Record<number, string>> = {},
): AccountWrite {
  return {
    accountId,
    version,
    record: record === null ? null : bytesOf(record),
    overflow: new Map(Object.entries(overflow).map(([bucket, text]) => [Number(bucket), bytesOf(text)])),
  };
}

/** A commit as over HTTP, with one event and no account unless it says otherwise. */
export function commitOf(p: number, home: string, more: Partial<CommitRequest> = {}): CommitRequest {
  return { partition: p, home, input: null, accounts: [], events: [event('e')], ...more };
}

export function applied(accountId: string, version: number, record = `record of ${accountId}`): AppliedAccount {
  return { accountId, version, record: bytesOf(record), overflow: new Map([[3, bytesOf(`overflow of ${accountId}`)]]) };
}

/** An account for comparison. */
export function plainAccount({ version, record }: StoredAccount): unknown {
  return [version, record === null ? null : new TextDecoder().decode(record)];
}

export function plainEvent({ key, value, headers }: EncodedEvent): unknown {
  return { key: key && [...key], value: [...value], headers };
}

/** All that the ports show of a partition and of some accounts of it. */
export async function everything({ state, partitions }: StoreSubject, p: number, accounts: readonly string[]) {
  const loaded = await state().load(p, accounts);
  return {
    ...loaded,
    accounts: loaded.accounts.map(plainAccount),
    overflow: (
      await state().loadOverflow(
        p,
        accounts.map((accountId) => ({ accountId, bucket: 3 })),
      )
    ).map((bytes) => bytes && new TextDecoder().decode(bytes)),
    publishedAs: await state().published(p),
    deadLetterSeq: await partitions().deadLetterSeq(p),
  };
}

/** Wipes to the end, page by page; how many pages it took. */
export async function wipeAll(store: PartitionStore, p: number, home: string): Promise<number> {
  let cursor = '0';
  for (let pages = 1; pages < 100; pages += 1) {
    const page = await store.wipePage(p, home, cursor);
    if (page.status !== 'ok') throw new Error(page.status);
    if (page.done) return pages;
    ({ cursor } = page);
  }
  throw new Error('a wipe does not end');
}
