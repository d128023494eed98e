import type { Account, Device } from './account.ts';
import type { Merchant } from './market.ts';
import type { SimulatedEvent, WireTransaction } from './wire-transaction.ts';

/** A payment before it is written out: genuine, or part of a fraud. */
export interface Purchase {
  readonly atMs: number;
  readonly account: Account;
  readonly merchant: Merchant;
  /** In minor units of the account's currency. */
  readonly amountMinor: number;
  /** The device that paid on the net; null when the card was at the till. */
  readonly device: Device | null;
}

/** What a purchase turned out to be. */
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
 * Writes a purchase out, its fields in the order of the contract's canonical JSON. `ordinal` chooses the till and the card; it must not tell
 * whether the purchase was genuine.
 */
export function toEvent(purchase: Purchase, truth: Truth, transactionId: string, ordinal: number): SimulatedEvent {
  const { account, merchant, device } = purchase;
  const transaction: WireTransaction = {
    transaction_id: transactionId,
    account_id: account.id,
    occurred_at: new Date(purchase.atMs).toISOString(),
    amount_minor: purchase.amountMinor,
    currency: account.country.currency,
    event_type: 'authorization',
    channel: device === null ? 'card_present' : 'card_not_present',
    card_id: account.cardIds[ordinal % account.cardIds.length] as string,
    ...(device === null ? { terminal_id: `${merchant.id}-t${1 + (ordinal % merchant.terminals)}` } : {}),
    merchant: { id: merchant.id, mcc: merchant.category.mcc, country: merchant.country.code },
    ...(device === null ? { location: { lat: degrees(merchant.lat), lon: degrees(merchant.lon) } } : { device }),
  };
  const { scenario, reportedAtMs } = truth;
  return {
    eventTimeMs: purchase.atMs,
    transaction,
    label: scenario === null ? { fraud: false, reportedAtMs } : { fraud: true, scenario, reportedAtMs },
  };
}
