import { CorruptRecord } from './record-envelope.ts';

/** Records of these accounts are no records: nobody may score with them, overwrite them, or take the accounts for fresh ones. */
export class DamagedAccounts extends Error {
  override readonly name = 'DamagedAccounts';
  readonly accountIds: readonly string[];

  constructor(accountIds: readonly string[], cause: CorruptRecord) {
    super(`${accountIds.length} accounts are damaged: ${cause.message}`, { cause });
    this.accountIds = accountIds;
  }
}

/** Notes which accounts turn out to be damaged while many are read, so that all of them are known at once. */
export class DamageNotes {
  readonly #accountIds = new Set<string>();
  #first: CorruptRecord | null = null;

  /** What `read` gives, or null when the account's record is corrupt. */
  reading<T>(accountId: string, read: () => T): T | null {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof CorruptRecord)) throw error;
      this.#accountIds.add(accountId);
      this.#first ??= error;
      return null;
    }
  }

  /** Throws `DamagedAccounts` if any was. */
  throwIfAny(): void {
    if (this.#first !== null) throw new DamagedAccounts([...this.#accountIds], this.#first);
  }
}
