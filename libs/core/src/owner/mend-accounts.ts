import { encodeAccount } from '../account/account-codec.ts';
import { accountChangeOf, applyChange } from '../account/account-change.ts';
import { FoldedAccount } from '../invariants/folded-account.ts';
import { TransientFault } from '../faults.ts';
import { findStartBefore, followToEnd } from '../log/read-log.ts';
import type { EncodedEvent } from '../event.ts';
import type { LogRecord } from '../ports/decision-log.ts';
import type { AppliedAccount } from '../ports/partition-store.ts';
import { FENCED } from './fenced.ts';
import type { OwnerPorts } from './owner-ports.ts';
import { readOutbox } from './read-outbox.ts';

/** A partition that is closed under `home`, and whose store is a copy of the log up to `base`, with an outbox after it up to `seq`. */
export interface ClosedStore {
  readonly partition: number;
  readonly home: string;
  readonly base: number;
  readonly seq: number;
}

/** Accounts that were made anew; more than one opening can name the same. */
export interface MendedAccounts {
  readonly status: 'mended';
  readonly accountIds: readonly string[];
}

/**
 * Makes the accounts whose records were found damaged anew: each from its own events, those of the log from its start on and those that only the outbox
 * holds. Idempotent. Halts, with nothing changed, when the log does not reach back to its start. The whole log is read once, most of it by its keys alone.
 */
export async function mendAccounts(
  store: ClosedStore,
  ports: OwnerPorts,
): Promise<MendedAccounts | typeof FENCED | { readonly status: 'halted'; readonly reason: string }> {
  const { partition, home, base, seq } = store;
  const accountIds = await ports.store.damagedAccounts(partition);
  if (accountIds.length === 0) return { status: 'mended', accountIds };
  const start = await findStartBefore(ports.log, partition, { seq: 0, candidate: null });
  if (start === null) {
    const reason = `Accounts ${accountIds.join(', ')} are damaged, and the log no longer reaches back to its start: restore a backup of the store`;
    return { status: 'halted', reason };
  }
  const refolded = new Refolded(accountIds, ports);
  await followToEnd(ports.log, partition, start, (followed) => {
    if (followed.kind === 'event' && followed.seq <= base) refolded.accept(followed.record, followed.seq);
  });
  const outbox = { partition, home, fromSeq: base, toSeq: seq };
  const read = await readOutbox(outbox, ports.store, (event, at) => refolded.accept(event, at));
  if (start.position.seq < base || read === 'incomplete') {
    throw new TransientFault('log_unreadable', `Partition ${partition} does not hold every event up to seq ${seq}`);
  }
  if (read === 'fenced') return FENCED;
  for (const accountId of accountIds) {
    const mended = await ports.store.mend(partition, home, { accountId, made: refolded.made(accountId) });
    if (mended.status !== 'ok') return FENCED;
  }
  return { status: 'mended', accountIds };
}

/** Some accounts as their events make them. */
class Refolded {
  readonly #accounts: ReadonlyMap<string, { readonly folded: FoldedAccount; version: number }>;
  readonly #ports: Pick<OwnerPorts, 'codec' | 'hasher'>;
  readonly #keys: ReadonlySet<string>;

  constructor(accountIds: readonly string[], ports: Pick<OwnerPorts, 'codec' | 'hasher'>) {
    this.#accounts = new Map(accountIds.map((id) => [id, { folded: new FoldedAccount(), version: 0 }]));
    this.#keys = new Set(accountIds);
    this.#ports = ports;
  }

  accept(record: EncodedEvent | LogRecord, seq: number): void {
    const { key, value, headers } = record;
    if (key === null || !this.#keys.has(asciiOf(key))) return;
    const change = accountChangeOf(this.#ports.codec.decode({ key, value, headers }), seq, this.#ports.hasher);
    const account = change === null ? undefined : this.#accounts.get(change.accountId);
    if (change === null || account === undefined) return;
    applyChange(account.folded, change);
    account.version = seq;
  }

  /** null for an account that has no event. */
  made(accountId: string): Omit<AppliedAccount, 'accountId'> | null {
    const account = this.#accounts.get(accountId);
    if (account === undefined || account.version === 0) return null;
    const { folded, version } = account;
    return { record: encodeAccount(folded.state, null), overflow: folded.overflow, version };
  }
}

/** Ids are ASCII; other keys are of no account. */
function asciiOf(key: Uint8Array): string {
  return String.fromCharCode(...key);
}
