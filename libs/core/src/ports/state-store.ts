import type { EncodedEvent } from '../event.ts';

/** An account as it lies in the store. */
export interface StoredAccount {
  /** Changes with every write of the account or of its overflow; null when the account has never been written. */
  readonly version: number | null;
  readonly record: Uint8Array | null;
}

/** A partition and some of its accounts, versions read before records, in one round trip. */
export interface LoadedPartition {
  /** The whole value, to be given back to `commit`; null or `closed:…` when the partition is not open. */
  readonly home: string | null;
  /** Per input topic, the offset up to which it is applied. */
  readonly input: ReadonlyMap<string, number>;
  readonly seq: number;
  readonly published: number;
  /** Event time below which nothing new is accepted; null unless the partition was rebuilt from a trimmed log. */
  readonly floorMs: number | null;
  /** In the order asked. */
  readonly accounts: readonly StoredAccount[];
}

/** One account's part of a commit. */
export interface AccountWrite {
  readonly accountId: string;
  /** As loaded. */
  readonly version: number | null;
  /** null when the account was only read: its version is checked and nothing of it is written. */
  readonly record: Uint8Array | null;
  /** Overflow records by bucket, 0 to 63. */
  readonly overflow: ReadonlyMap<number, Uint8Array>;
}

export interface CommitRequest {
  readonly partition: number;
  readonly home: string;
  /** The stretch [from, to) of one input topic that this commit covers, and `in` of that topic as loaded; null for HTTP. */
  readonly input: {
    readonly topic: string;
    readonly from: number;
    readonly to: number;
    readonly loaded: number | null;
  } | null;
  readonly accounts: readonly AccountWrite[];
  /** In input order; may be empty. */
  readonly events: readonly EncodedEvent[];
}

/** `committed`: all of it. Anything else: nothing was written. */
export type CommitResult =
  | { readonly status: 'committed'; readonly lastSeq: number }
  | { readonly status: 'closed' }
  | { readonly status: 'gap' }
  | { readonly status: 'stale' }
  | { readonly status: 'conflict' }
  | { readonly status: 'full' };

/** What the doors need of the store. Every method throws `TransientFault` when the store cannot be reached or the outcome is unknown. */
export interface StateStore {
  load(partition: number, accountIds: readonly string[]): Promise<LoadedPartition>;
  /** Overflow records in the order asked. To be read after `load` and covered by the account's version. */
  loadOverflow(
    partition: number,
    asked: readonly { accountId: string; bucket: number }[],
  ): Promise<readonly (Uint8Array | null)[]>;
  commit(request: CommitRequest): Promise<CommitResult>;
  /**
   * Notes that records of these accounts cannot be read, and closes the partition, so that its owner makes them anew from the log while it opens it
   * again. Home-checked: nothing is done when `home` is another by now.
   */
  reportDamage(partition: number, home: string, accountIds: readonly string[]): Promise<void>;
  /** `home` and the published position in one read: what `ack=log` waits on. */
  published(partition: number): Promise<{ readonly home: string | null; readonly epoch: number; readonly seq: number }>;
  /** Whether at least one replica has everything that this connection has written so far. */
  replicated(timeoutMs: number): Promise<boolean>;
}

/** Decisions in full, kept for a while so that a duplicate is answered as the first time. Outside the truth: may lose anything at any time. */
export interface DetailCache {
  put(partition: number, details: readonly { readonly key: string; readonly value: Uint8Array }[]): Promise<void>;
  get(partition: number, keys: readonly string[]): Promise<readonly (Uint8Array | null)[]>;
}
