import type { Account } from './account.ts';
import type { Device } from './devices.ts';
import type { Merchant } from './market.ts';
import type { SimulatedEvent, WireTransaction } from './wire-transaction.ts';

interface PaymentFacts {
  readonly atMs: number;
  readonly account: Account;
  /** In minor units of the account's currency. */
  readonly amountMinor: number;
}

/** A payment by card, in a shop or on the net. */
export interface Purchase extends PaymentFacts {
  readonly kind: 'purchase';
  readonly merchant: Merchant;
  /** The device that paid on the net; null when the card was at the till. */
  readonly device: Device | null;
  /** Place in the account's cards; null is whichever comes to hand. */
  readonly card: number | null;
  /** Number of the till, from 1; null is whichever is free. */
  readonly till: number | null;
}

/** A payment from account to account. */
export interface Transfer extends PaymentFacts {
  readonly kind: 'transfer';
  readonly beneficiaryId: string;
  readonly instant: boolean;
  /** Null for a standing order, which the bank carries out. */
  readonly device: Device | null;
}

/** A payment before it is written out: genuine, or part of a fraud. */
export type Payment = Purchase | Transfer;

/** What a payment turned out to be. */
export interface Truth {
  /** Name of the kind of fraud; null when genuine. */
  readonly scenario: string | null;
  readonly reportedAtMs: number;
}

const MAX_AMOUNT_MINOR = 1_000_000_000_000;

/** Whole minor units, within what the wire allows. */
export function toMinor(euro: number, account: Account): number {
  return Math.min(MAX_AMOUNT_MINOR, Math.max(1, Math.round(euro * account.country.minorPerEuro)));
}

const degrees = (value: number): number => Math.round(value * 1e4) / 1e4;

/**
 * Writes a payment out, its fields in the order of the contract's canonical JSON. `ordinal` chooses a till and a card where that was left open; it
 * must not tell whether the payment was genuine.
 */
export function toEvent(payment: Payment, truth: Truth, transactionId: string, ordinal: number): SimulatedEvent {
  const { scenario, reportedAtMs } = truth;
  return {
    eventTimeMs: payment.atMs,
    transaction:
      payment.kind === 'purchase'
        ? purchaseOnTheWire(payment, transactionId, ordinal)
        : transferOnTheWire(payment, transactionId),
    label: scenario === null ? { fraud: false, reportedAtMs } : { fraud: true, scenario, reportedAtMs },
  };
}

function purchaseOnTheWire(purchase: Purchase, transactionId: string, ordinal: number): WireTransaction {
  const { account, merchant, device, card, till } = purchase;
  return {
    transaction_id: transactionId,
    account_id: account.id,
    occurred_at: new Date(purchase.atMs).toISOString(),
    amount_minor: purchase.amountMinor,
    currency: account.country.currency,
    event_type: 'authorization',
    channel: device === null ? 'card_present' : 'card_not_present',
    card_id: account.cardIds[card ?? ordinal % account.cardIds.length] as string,
    ...(device === null ? { terminal_id: `${merchant.id}-t${till ?? 1 + (ordinal % merchant.terminals)}` } : {}),
    merchant: { id: merchant.id, mcc: merchant.category.mcc, country: merchant.country.code },
    ...(device === null ? { location: { lat: degrees(merchant.lat), lon: degrees(merchant.lon) } } : { device }),
  };
}

function transferOnTheWire({ account, device, ...transfer }: Transfer, transactionId: string): WireTransaction {
  return {
    transaction_id: transactionId,
    account_id: account.id,
    occurred_at: new Date(transfer.atMs).toISOString(),
    amount_minor: transfer.amountMinor,
    currency: account.country.currency,
    event_type: 'authorization',
    channel: transfer.instant ? 'instant_transfer' : 'transfer',
    counterparty_account_id: transfer.beneficiaryId,
    ...(device === null ? {} : { device }),
  };
}
