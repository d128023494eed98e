import { AccountWorkspace } from '../account/account-workspace.ts';
import { CorruptRecord } from '../account/record-envelope.ts';
import { TransientFault } from '../faults.ts';
import { homeState } from '../home.ts';
import type { LoadedPartition, StateStore } from '../ports/state-store.ts';

const ATTEMPTS = 5;

/** Where an account lies. */
export interface AccountPlace {
  readonly partition: number;
  readonly accountId: string;
}

/** An account that is only looked at, and its partition as it was loaded with it. */
export interface LookedAt {
  readonly workspace: AccountWorkspace;
  readonly loaded: LoadedPartition;
}

/**
 * What `look` sees in an account; null when its partition is not open, so that what the store holds may not be the truth. Reads only, and never a part
 * of an account: one that is written in between is read again, and one whose partition was closed in between was not seen. A record that cannot
 * be read is reported, which closes the partition. Throws `TransientFault` when the store is out of reach.
 */
export async function lookAtAccount<T>(
  { partition, accountId }: AccountPlace,
  store: StateStore,
  look: (account: LookedAt) => T | Promise<T>,
): Promise<T | null> {
  for (let attempt = 1; ; attempt++) {
    const loaded = await store.load(partition, [accountId]);
    if (homeState(loaded.home) !== 'open') return null;
    try {
      const stored = loaded.accounts[0] ?? { version: null, record: null };
      const seen = await look({ workspace: new AccountWorkspace(accountId, stored), loaded });
      const { home } = await store.published(partition);
      return home === loaded.home ? seen : null;
    } catch (error) {
      if (error instanceof CorruptRecord) {
        await store.reportDamage(partition, loaded.home as string, [accountId]);
        return null;
      }
      const isTorn = error instanceof TransientFault && error.code === 'torn_read';
      if (!isTorn || attempt === ATTEMPTS) throw error;
    }
  }
}
