import type { EntityIds, EntityKeys } from '../entities/entity-kind.ts';
import { NOWHERE, packPlace } from '../place.ts';
import type { Hasher } from '../siphash.ts';
import type { Transaction } from '../transaction.ts';
import { NO_CATEGORY, type AccountEvent } from './account-event.ts';

/** What an account's log keeps of `transaction`. */
export function accountEventOf(transaction: Transaction, hasher: Hasher): AccountEvent {
  const { eventTimeMs, amountMinor, currency, counterpartyId, merchantCategory, country, place } = transaction;
  return {
    identity: hasher.identity(transaction),
    content: hasher.text32(transaction.canonicalJson),
    eventTimeMs,
    amountMinor,
    currency,
    counterparty: counterpartyId === undefined ? 0 : hasher.text32(counterpartyId),
    category: merchantCategory ?? NO_CATEGORY,
    country: country === undefined ? 0 : (country.charCodeAt(0) << 8) | country.charCodeAt(1),
    place: place === undefined ? NOWHERE : packPlace(place),
    entities: entityKeysOf(transaction.entities, hasher),
  };
}

/** The keyed hashes of a transaction's entities. */
export function entityKeysOf({ card, terminal, device, ip, beneficiary }: EntityIds, hasher: Hasher): EntityKeys {
  const key = (id: string | undefined) => (id === undefined ? null : hasher.text64(id));
  return {
    card: key(card),
    terminal: key(terminal),
    device: key(device),
    ip: key(ip),
    beneficiary: key(beneficiary),
  };
}
