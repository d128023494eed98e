import type { DecidedEvent } from '../account/account-event.ts';
import { emptyAccount, type AccountState } from '../account/account-state.ts';
import { amend, findAmendment } from '../account/amend.ts';
import type { KnownAmendment } from '../account/amendment-table.ts';
import type { RecordedAmendment } from '../account/amendment.ts';
import { findIdentity, type KnownTransaction } from '../account/lookup.ts';
import { addToOverflow, bucketOf, findInOverflow } from '../account/overflow.ts';
import { reduce } from '../account/reduce.ts';
import type { ReducerParameters } from '../event.ts';
import type { Hash64 } from '../hash64.ts';

/** An account as the log alone makes it: its state and its overflow records, event by event. */
export class FoldedAccount {
  #state = emptyAccount();
  #overflow: Map<number, Uint8Array> | null = null;

  get state(): AccountState {
    return this.#state;
  }

  /** Overflow records by bucket; most accounts have none. */
  get overflow(): ReadonlyMap<number, Uint8Array> {
    return this.#overflow ?? NO_OVERFLOW;
  }

  /** What the account still knows of a transaction. */
  find(identity: Hash64): KnownTransaction | null {
    const known = findIdentity(this.#state, identity);
    if (known !== null || this.#state.overflowMs === -Infinity) return known;
    return findInOverflow(this.overflow.get(bucketOf(identity)) ?? null, identity);
  }

  /** What the account knows of an amendment that it has taken in before, or null. */
  findAmendment(identity: Hash64): KnownAmendment | null {
    return findAmendment(this.#state, identity);
  }

  /** Takes in an amendment as recorded. */
  amend(amendment: RecordedAmendment, parameters: ReducerParameters): void {
    this.#state = amend(this.#state, amendment, parameters).state;
  }

  /** Adds a decided event as recorded; its outcome is not judged. */
  apply(event: DecidedEvent, parameters: ReducerParameters): void {
    const { state, evicted } = reduce(this.#state, event, parameters);
    this.#state = state;
    for (const entry of evicted) {
      this.#overflow ??= new Map();
      const bucket = bucketOf(entry.identity);
      this.#overflow.set(bucket, addToOverflow(this.#overflow.get(bucket) ?? null, [entry], state.floorMs));
    }
  }
}

const NO_OVERFLOW: ReadonlyMap<number, Uint8Array> = new Map();
