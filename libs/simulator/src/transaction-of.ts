import type { Transaction } from '#libs/core';
import type { SimulatedEvent } from './wire-transaction.ts';

/**
 * A simulated event as the scorer has it after a door: equal to what the parser of `#libs/contracts` makes of the event's JSON. For offline
 * replays that start from the simulator and need not spell and parse every transaction.
 */
export function transactionOf({ transaction, eventTimeMs }: SimulatedEvent): Transaction {
  return {
    accountId: transaction.account_id,
    transactionId: transaction.transaction_id,
    eventType: 'authorization',
    eventTimeMs,
    amountMinor: transaction.amount_minor,
    currency: transaction.currency,
    counterpartyId: transaction.merchant?.id ?? transaction.terminal_id,
    canonicalJson: JSON.stringify(transaction),
  };
}
