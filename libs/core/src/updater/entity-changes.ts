import type { AppliedAmendment } from '../account/amendment.ts';
import { entityKeysOf } from '../account/account-event-of.ts';
import { isLabel, takesAmount } from '../account/amendment-table.ts';
import { labelAmendment, takenBackAmendment } from '../account/amendment-of.ts';
import { amendmentChange, type EntityChange, transactionChange } from '../entities/entity-change.ts';
import type { LogEvent } from '../event.ts';
import type { Hash64 } from '../hash64.ts';
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
      return amendmentChanges({ amendment, effect }, hasher.text64(transaction.accountId));
    }
    case 'label.recorded':
    case 'outcome.recorded': {
      const { label, effect } = event;
      if (effect === null) return [];
      return amendmentChanges({ amendment: labelAmendment(label, hasher), effect }, hasher.text64(label.accountId));
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
  const { eventTimeMs, amountMinor, currency } = transaction;
  // Not all that an account would learn: hashing a transaction's content costs more than all of this.
  const identity = hasher.identity(transaction);
  const entities = entityKeysOf(transaction.entities, hasher);
  const paid = transactionChange({ identity, eventTimeMs, amountMinor, currency, entities }, account);
  return [paid, ...amended.flatMap((one) => amendmentChanges(one, account))];
}

/** What changes neither label nor amount is nothing to an entity. */
function amendmentChanges(one: AppliedAmendment, account: Hash64): readonly EntityChange[] {
  const { kind } = one.amendment;
  return isLabel(kind) || takesAmount(kind) ? [amendmentChange(one, account)] : [];
}
