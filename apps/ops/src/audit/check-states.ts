import { type PartitionHistory, stateViolations, type StoredAccount } from '#libs/core';
import type { AuditSources } from './audit-sources.ts';
import type { Tally } from './tally.ts';

const PAGE = 200;

/** How many accounts were compared with their events, and how many changed meanwhile. */
export interface CheckedStates {
  readonly checked: number;
  /** Their newest event is not in the log yet; only while the service is at work. */
  readonly inMotion: number;
}

/** I3: compares every account that the store or the log knows. */
export async function checkStates(
  history: PartitionHistory,
  store: AuditSources['store'],
  { tally, atRest }: { readonly tally: Tally; readonly atRest: boolean },
): Promise<CheckedStates> {
  const { partition, accounts } = history;
  const lastSeq = history.position.seq;
  const seen = new Set<string>();
  let inMotion = 0;

  const check = async (accountId: string, stored: StoredAccount): Promise<void> => {
    if (!atRest && (stored.version ?? 0) > lastSeq) {
      inMotion += 1;
      return;
    }
    const folded = accounts.get(accountId) ?? null;
    const overflows = folded !== null && (folded.overflow.size > 0 || folded.state.overflowMs !== -Infinity);
    const state = overflows ? await store.accountWithOverflow(partition, accountId) : { ...stored, overflow: null };
    tally.add(stateViolations({ partition, accountId, lastSeq }, folded, state));
  };

  for await (const page of store.accountIds(partition)) {
    const fresh = [...new Set(page)].filter((accountId) => !seen.has(accountId));
    for (const accountId of fresh) seen.add(accountId);
    for (let at = 0; at < fresh.length; at += PAGE) {
      const accountIds = fresh.slice(at, at + PAGE);
      const stored = await store.accounts(partition, accountIds);
      for (const [i, accountId] of accountIds.entries()) await check(accountId, stored[i] as StoredAccount);
    }
  }
  for (const accountId of accounts.keys()) {
    if (seen.has(accountId)) continue;
    seen.add(accountId);
    await check(accountId, { version: null, record: null });
  }
  return { checked: seen.size - inMotion, inMotion };
}
