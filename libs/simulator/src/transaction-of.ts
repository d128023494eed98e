import type { Label, Transaction } from '#libs/core';
import type { SimulatedEvent, WireLabel } from './wire-transaction.ts';

/**
 * A simulated event as the scorer has it after a door: equal to what the parser of `#libs/contracts` makes of the event's JSON. For offline
 * replays that start from the simulator and need not spell and parse every transaction.
 */
export function transactionOf({ transaction, eventTimeMs }: SimulatedEvent): Transaction {
  const { merchant, device } = transaction;
  return {
    accountId: transaction.account_id,
    transactionId: transaction.transaction_id,
    eventType: 'authorization',
    eventTimeMs,
    amountMinor: transaction.amount_minor,
    currency: transaction.currency,
    originalTransactionId: undefined,
    counterpartyId: transaction.counterparty_account_id ?? merchant?.id ?? transaction.terminal_id,
    merchantCategory: merchant === undefined ? undefined : Number(merchant.mcc),
    country: merchant?.country,
    place: transaction.location,
    entities: {
      card: transaction.card_id,
      terminal: transaction.terminal_id ?? merchant?.id,
      device: device?.id,
      // The simulator's addresses are IPv4: the network is the first three numbers.
      ip: device?.ip.slice(0, device.ip.lastIndexOf('.')),
      beneficiary: transaction.counterparty_account_id,
    },
    canonicalJson: JSON.stringify(transaction),
  };
}

/** The same for a label: equal to what the parser of labels makes of its JSON. */
export function coreLabelOf(wire: WireLabel): Label {
  return {
    accountId: wire.account_id,
    transactionId: wire.transaction_id,
    eventType: wire.event_type,
    label: wire.label,
    source: wire.source,
    reportedAtMs: Date.parse(wire.reported_at),
    canonicalJson: JSON.stringify(wire),
  };
}
