import { assert, TransientFault } from '../faults.ts';
import type { Hash64 } from '../hash64.ts';
import type { ReducerParameters } from '../event.ts';
import type { StoredAccount } from '../ports/state-store.ts';
import { decodeAccount } from './account-codec.ts';
import { amend, findAmendment, type Amended } from './amend.ts';
import type { KnownAmendment } from './amendment-table.ts';
import type { RecordedAmendment } from './amendment.ts';
import type { AccountEvent, DecidedEvent, DedupEntry } from './account-event.ts';
import { DamageNotes } from './damaged-accounts.ts';
import { emptyAccount, type AccountState } from './account-state.ts';
import { rowCount } from './event-columns.ts';
import { findIdentity, type KnownTransaction } from './lookup.ts';
import { addToOverflow, bucketOf, checkOverflow, findInOverflow } from './overflow.ts';
import { CorruptRecord } from './record-envelope.ts';
import { reduce, type Reduction } from './reduce.ts';

/** Overflow records, in the order asked; null where there is none. */
type ReadOverflow = (
  asked: readonly { accountId: string; bucket: number }[],
) => Promise<readonly (Uint8Array | null)[]>;

/** One account while a batch is worked on: its state, those of its overflow records that the batch can touch, and what changed. */
export class AccountWorkspace {
  readonly accountId: string;
  readonly version: number | null;
  #state: AccountState;
  #changed = false;
  readonly #overflow = new Map<number, Uint8Array | null>();
  readonly #changedBuckets = new Set<number>();

  constructor(accountId: string, stored: StoredAccount) {
    this.accountId = accountId;
    this.version = stored.version;
    this.#state = stateOf(stored);
  }

  get state(): AccountState {
    return this.#state;
  }

  get changed(): boolean {
    return this.#changed;
  }

  /** Overflow records written by the events applied so far. */
  get changedOverflow(): ReadonlyMap<number, Uint8Array> {
    const changed = new Map<number, Uint8Array>();
    for (const bucket of this.#changedBuckets) changed.set(bucket, this.#overflow.get(bucket) as Uint8Array);
    return changed;
  }

  /** Which overflow records `events` can need: those of their identities, and of the oldest rows that they can push out. */
  bucketsFor(events: readonly AccountEvent[], logCap: number): readonly number[] {
    const { events: rows, overflowMs } = this.#state;
    const pushedOut = Math.min(rowCount(rows), rowCount(rows) + events.length - logCap);
    if (pushedOut <= 0 && overflowMs === -Infinity && events.length <= logCap) return [];
    const buckets = new Set(events.map((event) => bucketOf(event.identity)));
    for (let row = rows.first; row < rows.first + pushedOut; row++) {
      buckets.add(bucketOf({ high: rows.identityHigh[row] as number, low: rows.identityLow[row] as number }));
    }
    return [...buckets];
  }

  /** Takes in an overflow record, before any event is applied. */
  setOverflow(bucket: number, record: Uint8Array | null): void {
    this.#overflow.set(bucket, record);
  }

  /** The first decision of `identity`, however old, if the account still knows it. */
  find(identity: Hash64): KnownTransaction | null {
    const known = findIdentity(this.#state, identity);
    if (known !== null || this.#state.overflowMs === -Infinity) return known;
    const record = this.#overflow.get(bucketOf(identity));
    assert(record !== undefined, 'the overflow record of an identity is loaded before it is looked up');
    return findInOverflow(record, identity);
  }

  /** What the account knows of an amendment that it has taken in before, or null. */
  findAmendment(identity: Hash64): KnownAmendment | null {
    return findAmendment(this.#state, identity);
  }

  /** Adds a decided event; moves dedup entries that fall off the log to their overflow records. Says what became of amendments that waited. */
  apply(event: DecidedEvent, parameters: ReducerParameters): Pick<Reduction, 'amended' | 'expired'> {
    this.#checkSeq(event.seq);
    const { state, evicted, amended, expired } = reduce(this.#state, event, parameters);
    for (const entry of evicted) this.#moveToOverflow(entry, state.floorMs);
    this.#state = state;
    this.#changed = true;
    return { amended, expired };
  }

  /** Takes in an amendment that is new to the account, and says what it did and which ones wait no longer. */
  amend(amendment: RecordedAmendment, parameters: ReducerParameters): Pick<Amended, 'effect' | 'expired'> {
    this.#checkSeq(amendment.seq);
    const { state, effect, expired } = amend(this.#state, amendment, parameters);
    this.#state = state;
    this.#changed = true;
    return { effect, expired };
  }

  #checkSeq(seq: number): void {
    if (seq > (this.version ?? 0)) return;
    throw new TransientFault('torn_read', 'an account was written after the seq of its partition was read');
  }

  #moveToOverflow(entry: DedupEntry, floorMs: number): void {
    const bucket = bucketOf(entry.identity);
    const record = this.#overflow.get(bucket);
    assert(record !== undefined, 'the overflow record of an evicted entry is loaded before it is written');
    this.#overflow.set(bucket, addToOverflow(record, [entry], floorMs));
    this.#changedBuckets.add(bucket);
  }
}

/**
 * Versions are read before records: of an account that is being written only the record may be there, and it may be newer. One with a version has lost
 * its record, or its store was emptied in between: then nobody takes the report of the damage, since the home is gone too.
 */
function stateOf({ version, record }: StoredAccount): AccountState {
  if (record !== null) return decodeAccount(record, version ?? 0);
  if (version !== null) throw new CorruptRecord('an account has a version and no record');
  return emptyAccount();
}

/**
 * Opens the workspaces of a batch: `accountIds` with their stored form, and for each the events that will be looked up or applied. Throws
 * `DamagedAccounts` with all accounts of which a record is corrupt.
 */
export async function openWorkspaces(
  accounts: readonly { accountId: string; stored: StoredAccount; events: readonly AccountEvent[] }[],
  logCap: number,
  readOverflow: ReadOverflow,
): Promise<Map<string, AccountWorkspace>> {
  const workspaces = new Map<string, AccountWorkspace>();
  const asked: { accountId: string; bucket: number }[] = [];
  const notes = new DamageNotes();
  for (const { accountId, stored, events } of accounts) {
    const workspace = notes.reading(accountId, () => new AccountWorkspace(accountId, stored));
    if (workspace === null) continue;
    workspaces.set(accountId, workspace);
    for (const bucket of workspace.bucketsFor(events, logCap)) asked.push({ accountId, bucket });
  }
  if (asked.length > 0) {
    const records = await readOverflow(asked);
    asked.forEach(({ accountId, bucket }, i) => {
      const record = records[i] ?? null;
      if (record !== null) notes.reading(accountId, () => checkOverflow(record));
      workspaces.get(accountId)?.setOverflow(bucket, record);
    });
  }
  notes.throwIfAny();
  return workspaces;
}
