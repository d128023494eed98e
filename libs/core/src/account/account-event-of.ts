import type { Hasher } from '../siphash.ts';
import type { Transaction } from '../transaction.ts';
import type { AccountEvent } from './account-event.ts';

/** What an account's log keeps of `transaction`. */
export function accountEventOf(transaction: Transaction, hasher: Hasher): AccountEvent {
  const { eventTimeMs, amountMinor, currency, counterpartyId, canonicalJson } = transaction;
  return {
    identity: hasher.identity(transaction),
    content: hasher.text32(canonicalJson),
    eventTimeMs,
    amountMinor,
    currency,
    counterparty: counterpartyId === undefined ? 0 : hasher.text32(counterpartyId),
  };
}
