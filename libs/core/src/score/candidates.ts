import type { AccountEvent } from '../account/account-event.ts';
import { accountEventOf } from '../account/account-event-of.ts';
import type { AccountWorkspace } from '../account/account-workspace.ts';
import { labelAmendment, takenBackAmendment } from '../account/amendment-of.ts';
import type { Hasher } from '../siphash.ts';
import type { BatchItem } from './batch.ts';
import type { AmendmentCandidate, Candidate, TransactionCandidate } from './plan-batch.ts';

/** A candidate before its account is loaded. */
export type AskedItem = Omit<TransactionCandidate, 'workspace'> | Omit<AmendmentCandidate, 'workspace'>;

/** What an item asks of its account; null for one that asks nothing of any. */
export function askedItem(item: BatchItem, index: number, hasher: Hasher): AskedItem | null {
  switch (item.kind) {
    case 'transaction': {
      const { transaction, observeOnly = false } = item;
      if (transaction.eventType !== 'authorization') {
        return { kind: 'amendment', index, amendment: takenBackAmendment(transaction, hasher), about: { transaction } };
      }
      return { kind: 'transaction', index, transaction, event: accountEventOf(transaction, hasher), observeOnly };
    }
    case 'label':
      return { kind: 'amendment', index, amendment: labelAmendment(item.label, hasher), about: { label: item.label } };
    case 'invalid':
    case 'forwarded':
      return null;
  }
}

/** The account that an item asks. */
export function accountOf(asked: AskedItem): string {
  if (asked.kind === 'transaction') return asked.transaction.accountId;
  return 'label' in asked.about ? asked.about.label.accountId : asked.about.transaction.accountId;
}

/** Each account that is asked, in the order of its first item, with the transactions that it will look up or add. */
export function eventsByAccount(asked: readonly AskedItem[]): Map<string, AccountEvent[]> {
  const byAccount = new Map<string, AccountEvent[]>();
  for (const item of asked) {
    const accountId = accountOf(item);
    const events = byAccount.get(accountId) ?? [];
    byAccount.set(accountId, events);
    if (item.kind === 'transaction') events.push(item.event);
  }
  return byAccount;
}

/** The items with their accounts' workspaces. */
export function candidatesOf(
  asked: readonly AskedItem[],
  workspaces: ReadonlyMap<string, AccountWorkspace>,
): Candidate[] {
  return asked.flatMap((item) => {
    const workspace = workspaces.get(accountOf(item));
    return workspace === undefined ? [] : [{ ...item, workspace }];
  });
}
