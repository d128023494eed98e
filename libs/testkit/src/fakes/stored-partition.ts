import type { AppliedAccount, EncodedEvent, OutboxEntry, StoredAccount } from '#libs/core';

const OVERFLOW_BUCKETS = 64;

/** What the store keeps of one partition: the keys of ARCHITECTURE.md by their meaning. A missing key is null. */
export interface StoredPartition {
  home: string | null;
  seq: number;
  epoch: number | 'wipe' | null;
  readonly input: Map<string, number>;
  outbox: OutboxEntry[];
  published: { readonly epoch: number; readonly seq: number } | null;
  position: string | null;
  deadLetterSeq: number;
  floorMs: number | null;
  rebuildRequest: string | null;
  readonly damaged: Set<string>;
  readonly versions: Map<string, number>;
  readonly accounts: Map<string, Uint8Array>;
  /** By `<account>:<bucket>`. */
  readonly overflow: Map<string, Uint8Array>;
}

export function emptyPartition(): StoredPartition {
  return {
    home: null,
    seq: 0,
    epoch: null,
    input: new Map(),
    outbox: [],
    published: null,
    position: null,
    deadLetterSeq: 0,
    floorMs: null,
    rebuildRequest: null,
    damaged: new Set(),
    versions: new Map(),
    accounts: new Map(),
    overflow: new Map(),
  };
}

/** The same in other objects; bytes are never changed in place, so they are not copied. */
export function copyPartition(partition: StoredPartition): StoredPartition {
  return {
    ...partition,
    input: new Map(partition.input),
    damaged: new Set(partition.damaged),
    outbox: [...partition.outbox],
    versions: new Map(partition.versions),
    accounts: new Map(partition.accounts),
    overflow: new Map(partition.overflow),
  };
}

/** An event in bytes of its own, as it comes out of a server. */
export function copyEvent({ key, value, headers }: EncodedEvent): EncodedEvent {
  return { key: key?.slice() ?? null, value: value.slice(), headers: { ...headers } };
}

/** Writes an account, its overflow records and its version. */
export function writeAccount(held: StoredPartition, { accountId, record, overflow, version }: AppliedAccount): void {
  held.accounts.set(accountId, record.slice());
  for (const [bucket, bytes] of overflow) held.overflow.set(`${accountId}:${bucket}`, bytes.slice());
  held.versions.set(accountId, version);
}

/** Deletes an account, its version last, as the wipe does. */
export function deleteAccount(held: StoredPartition, accountId: string): void {
  held.accounts.delete(accountId);
  for (let bucket = 0; bucket < OVERFLOW_BUCKETS; bucket += 1) held.overflow.delete(`${accountId}:${bucket}`);
  held.versions.delete(accountId);
}

/** Accounts in the order asked, in bytes of their own. */
export function accountsOf({ versions, accounts }: StoredPartition, accountIds: readonly string[]): StoredAccount[] {
  return accountIds.map((accountId) => ({
    version: versions.get(accountId) ?? null,
    record: accounts.get(accountId)?.slice() ?? null,
  }));
}

/** Moves positions forward, never back; which topics that moved. */
export function raiseInputs(input: Map<string, number>, to: ReadonlyMap<string, number>): string[] {
  const raised = [...to].filter(([topic, offset]) => offset > (input.get(topic) ?? 0));
  for (const [topic, offset] of raised) input.set(topic, offset);
  return raised.map(([topic]) => topic);
}
