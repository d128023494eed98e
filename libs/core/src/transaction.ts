import type { EntityIds } from './entities/entity-kind.ts';

/** What a transaction is to the scorer. The wire form, with every field, is in `libs/contracts`. */

/** Kinds of event that a transaction can be; part of its identity. An authorization is decided, the others amend an earlier one. */
export type EventType = 'authorization' | 'reversal' | 'refund';

/** What makes two deliveries the same transaction. Each part matches `^[A-Za-z0-9._:-]{1,64}$`. */
export interface Identity {
  readonly accountId: string;
  readonly transactionId: string;
  readonly eventType: EventType;
}

/** A valid transaction: the facts that scoring reads, and its whole content in canonical form. */
export interface Transaction extends Identity {
  /** `occurred_at`, milliseconds since 1970 in UTC. */
  readonly eventTimeMs: number;
  /** A safe integer, 0 to 10^12, in minor units of `currency`. */
  readonly amountMinor: number;
  /** ISO 4217, three capitals. */
  readonly currency: string;
  /** Which transaction of the account a reversal or refund is about. */
  readonly originalTransactionId: string | undefined;
  /** The other side: `counterparty_account_id`, else `merchant.id`, else `terminal_id`. */
  readonly counterpartyId: string | undefined;
  /** Merchant category code of ISO 18245, 0 to 9999. */
  readonly merchantCategory: number | undefined;
  /** The merchant's country, ISO 3166-1 alpha-2. */
  readonly country: string | undefined;
  /** Where the payer was, WGS 84 degrees. */
  readonly place: { readonly lat: number; readonly lon: number } | undefined;
  /** Whom and what it involves beside the account. */
  readonly entities: EntityIds;
  /** Canonical JSON of the known fields after defaults, ASCII only. Two deliveries have equal content iff this is equal. */
  readonly canonicalJson: string;
}
