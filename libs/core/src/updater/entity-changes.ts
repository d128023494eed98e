import type { AppliedAmendment } from '../account/amendment.ts';
import { accountEventOf } from '../account/account-event-of.ts';
import { labelAmendment, takenBackAmendment } from '../account/amendment-of.ts';
import { amendmentChange, type EntityChange, transactionChange } from '../entities/entity-change.ts';
import type { LogEvent } from '../event.ts';
import type { Hasher } from '../siphash.ts';
import type { Transaction } from '../transaction.ts';

/** What entities learn from one valid event, in order: a transaction before what had been said of it. [] for what concerns accounts only. */
export function entityChangesOf(event: LogEvent, hasher: Hasher): readonly EntityChange[] {
  switch (event.type) {
    case 'decision.made':
      return changesBy(event.decision.transaction, event.amended, hasher);
    case 'transaction.recorded': {
      const { transaction, effect } = event;
      if (event.cause === 'observed') return changesBy(transaction, event.amended, hasher);
      if (effect === null) return [];
      const amendment = takenBackAmendment(transaction, hasher);
      return [amendmentChange({ amendment, effect }, hasher.text64(transaction.accountId))];
    }
    case 'label.recorded': {
      const { label, effect } = event;
      if (effect === null) return [];
      return [amendmentChange({ amendment: labelAmendment(label, hasher), effect }, hasher.text64(label.accountId))];
    }
    case 'transaction.rejected':
      return [];
  }
}

function changesBy(
  transaction: Transaction,
  amended: readonly AppliedAmendment[],
  hasher: Hasher,
): readonly EntityChange[] {
  const account = hasher.text64(transaction.accountId);
  const paid = transactionChange(accountEventOf(transaction, hasher), account);
  return [paid, ...amended.map((one) => amendmentChange(one, account))];
}
