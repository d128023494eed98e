/** How a card was used, or how money went from account to account. */
export type Channel = 'card_present' | 'card_not_present' | 'transfer' | 'instant_transfer';

/** A transaction as it goes over the wire, as a plain object, its fields in the contract's canonical order. The contract is in `libs/contracts`. */
export interface WireTransaction {
  readonly transaction_id: string;
  readonly account_id: string;
  /** RFC 3339, UTC, milliseconds. */
  readonly occurred_at: string;
  readonly amount_minor: number;
  readonly currency: string;
  readonly event_type: 'authorization';
  readonly channel?: Channel;
  readonly card_id?: string;
  readonly terminal_id?: string;
  readonly merchant?: { readonly id: string; readonly mcc: string; readonly country: string };
  readonly counterparty_account_id?: string;
  readonly device?: { readonly id: string; readonly ip: string };
  readonly location?: { readonly lat: number; readonly lon: number };
}

/** What somebody says of a transaction, as it goes over the wire, its fields in the contract's order. */
export interface WireLabel {
  readonly account_id: string;
  readonly transaction_id: string;
  readonly event_type: 'authorization';
  readonly label: 'fraud' | 'genuine';
  readonly source: string;
  /** RFC 3339, UTC, milliseconds. */
  readonly reported_at: string;
}

/** The truth about a transaction. */
export interface Label {
  readonly fraud: boolean;
  /** Name of the kind of fraud; absent when genuine. */
  readonly scenario?: string;
  /** When the scorer may learn of a fraud: never before the transaction. What is genuine counts as such from then on. */
  readonly reportedAtMs: number;
}

/** A transaction with the truth about it. Only `transaction` may reach a scorer when it happens. */
export interface SimulatedEvent {
  readonly eventTimeMs: number;
  readonly transaction: WireTransaction;
  readonly label: Label;
}
