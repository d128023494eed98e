import type { EncodedEvent } from '../event.ts';
import type { StoredAccount } from './state-store.ts';

/** What `begin` found, all as text or numbers of the store; null where a key is missing. */
export interface BeganPartition {
  /** The closed home that this opener now holds: `closed:<nonce>:<run_id>:<master_replid>`. */
  readonly home: string;
  readonly previousHome: string | null;
  /** Epoch of the last open; `wipe` when a wipe was begun and not finished. */
  readonly epoch: number | 'wipe' | null;
  readonly seq: number;
  readonly input: ReadonlyMap<string, number>;
  readonly published: { readonly epoch: number; readonly seq: number } | null;
  readonly position: string | null;
}

/** One account's part of a replay step. */
export interface AppliedAccount {
  readonly accountId: string;
  readonly record: Uint8Array;
  readonly overflow: ReadonlyMap<number, Uint8Array>;
  /** The account's own last seq. */
  readonly version: number;
}

/** A committed batch as the outbox holds it: its events have seq `lastSeq - events.length + 1` to `lastSeq`. */
export interface OutboxEntry {
  readonly lastSeq: number;
  readonly events: readonly EncodedEvent[];
}

/** Answer of a script that found `home` changed: nothing was written. */
export interface Fenced {
  readonly status: 'fenced';
  /** The value found; null when there is none. */
  readonly home: string | null;
  /** Whether the value found was written on this very server process. */
  readonly sameServer: boolean;
}

/**
 * What a partition's owner needs of the store. Every method that writes, but for `begin`, is home-checked: it compares `home` with the expected value, and the
 * run_id and master_replid in it with the server's own, inside one script. Throws `TransientFault` when the store cannot be reached.
 */
export interface PartitionStore {
  /** `home` as it is. */
  home(partition: number): Promise<string | null>;
  /** Closes the partition under `nonce` and reads where it stands. */
  begin(partition: number, nonce: string): Promise<BeganPartition>;
  /** Marks the partition as being wiped and deletes one page of its accounts, from `cursor` ('0' at first) on. Idempotent. */
  wipePage(
    partition: number,
    home: string,
    cursor: string,
  ): Promise<{ readonly status: 'ok'; readonly done: boolean; readonly cursor: string } | Fenced>;
  /** What a person has agreed to give up of this partition's log, as text; null when nobody was asked or it opened since. Not home-checked. */
  rebuildRequest(partition: number): Promise<string | null>;
  /**
   * Makes a wiped partition one that stands at `seq`, below which the log is gone, in one step with using up `request`: seq, `floor0` (never lowered),
   * `dlq` at least `seq`, and `epoch`, so that the replay after it can be continued. `not_asked`: the request is another by now.
   */
  startTrimmed(start: {
    readonly partition: number;
    readonly home: string;
    readonly request: string;
    readonly seq: number;
    readonly epoch: number;
    readonly floorMs: number;
  }): Promise<{ readonly status: 'ok' } | { readonly status: 'not_asked' } | Fenced>;
  /** Records of accounts, for replay; nobody else writes them while the partition is closed. */
  loadAccounts(partition: number, accountIds: readonly string[]): Promise<readonly StoredAccount[]>;
  loadOverflow(
    partition: number,
    asked: readonly { accountId: string; bucket: number }[],
  ): Promise<readonly (Uint8Array | null)[]>;
  /** Accounts that were reported as damaged since the partition was last opened. */
  damagedAccounts(partition: number): Promise<readonly string[]>;
  /** Puts an account in the place of all that there is of it, overflow records included; null: nothing but what was damaged is known of it. */
  mend(
    partition: number,
    home: string,
    account: { readonly accountId: string; readonly made: Omit<AppliedAccount, 'accountId'> | null },
  ): Promise<{ readonly status: 'ok' } | Fenced>;
  /** Writes replayed events (fromSeq, toSeq]; requires `seq` = fromSeq. `epoch` makes an interrupted replay resumable. */
  apply(request: {
    readonly partition: number;
    readonly home: string;
    readonly fromSeq: number;
    readonly toSeq: number;
    readonly epoch: number;
    readonly input: ReadonlyMap<string, number>;
    readonly accounts: readonly AppliedAccount[];
  }): Promise<{ readonly status: 'ok' } | Fenced | { readonly status: 'out_of_order'; readonly seq: number }>;
  /**
   * Opens: seq := max(seq, base); in := max(in, lowWatermarks); a rebuild request and reports of damage are void from here on. Returns the new home and the topics whose `in`
   * was raised.
   */
  open(request: {
    readonly partition: number;
    readonly home: string;
    readonly epoch: number;
    readonly base: number;
    readonly position: string;
    readonly lowWatermarks: ReadonlyMap<string, number>;
  }): Promise<
    | {
        readonly status: 'ok';
        readonly home: string;
        readonly raised: readonly string[];
        readonly input: ReadonlyMap<string, number>;
      }
    | Fenced
  >;
  /** Entries that hold events after `afterSeq`, at most `maxEntries`, and the partition's `seq`. */
  readOutbox(
    partition: number,
    home: string,
    afterSeq: number,
    maxEntries: number,
  ): Promise<{ readonly status: 'ok'; readonly seq: number; readonly entries: readonly OutboxEntry[] } | Fenced>;
  /** Notes what is published and drops what readers no longer need. */
  trim(request: {
    readonly partition: number;
    readonly home: string;
    readonly epoch: number;
    readonly publishedSeq: number;
    readonly position: string;
    readonly deadLetterSeq: number;
    readonly keepFromSeq: number;
  }): Promise<{ readonly status: 'ok' } | Fenced>;
  /** Raises the position of an input whose records before `offset` are gone. */
  raiseInput(
    partition: number,
    home: string,
    topic: string,
    offset: number,
  ): Promise<{ readonly status: 'ok' } | Fenced>;
  /** seq up to which rejections are copied; 0 when nothing is. */
  deadLetterSeq(partition: number): Promise<number>;
  /** Calls back with a partition whenever something was committed to its outbox: a hint, may be lost. */
  onCommitted(listener: (partition: number) => void): () => void;
  /** Deletes `home` if it is still the given one. */
  close(partition: number, home: string): Promise<{ readonly status: 'ok' } | Fenced>;
}
