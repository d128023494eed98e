import type { Random } from './random.ts';
import type { WireTransaction } from './wire-transaction.ts';

/** A record that no scorer can decide. */
export interface Poison {
  readonly name: string;
  /** null is a record without a value, as a compacted topic has them. */
  make(transaction: WireTransaction, random: Random): Uint8Array | null;
}

const encoder = new TextEncoder();
const bytes = (text: string): Uint8Array => encoder.encode(text);

const changed = (name: string, change: (transaction: WireTransaction) => Record<string, unknown>): Poison => ({
  name,
  make: (transaction) => bytes(JSON.stringify({ ...transaction, ...change(transaction) })),
});

/** Writes the amount as JSON text of its own, for what `JSON.stringify` cannot write. */
const amountText = (name: string, text: string): Poison => ({
  name,
  make: (transaction) =>
    bytes(JSON.stringify({ ...transaction, amount_minor: 0 }).replace('"amount_minor":0', `"amount_minor":${text}`)),
});

const without = (field: keyof WireTransaction): Poison => changed(`no ${field}`, () => ({ [field]: undefined }));

/** Bytes that are no JSON object at all, or too large or too deep to be read as one. */
export const MALFORMED: readonly Poison[] = [
  { name: 'no value', make: () => null },
  { name: 'empty', make: () => new Uint8Array(0) },
  {
    name: 'cut off',
    make: (transaction, random) => bytes(JSON.stringify(transaction).slice(0, 1 + random.below(100))),
  },
  { name: 'noise', make: (_transaction, random) => Uint8Array.from({ length: 64 }, () => random.below(256)) },
  {
    name: 'not UTF-8',
    make: (transaction) => Uint8Array.from([...bytes(JSON.stringify(transaction)).slice(0, -1), 0xff, 0xfe, 0x7d]),
  },
  { name: 'null', make: () => bytes('null') },
  { name: 'an array', make: (transaction) => bytes(JSON.stringify([transaction])) },
  { name: 'text', make: (transaction) => bytes(JSON.stringify(JSON.stringify(transaction))) },
  { name: 'too deep', make: () => bytes(`${'{"merchant":'.repeat(300)}{}${'}'.repeat(300)}`) },
  { name: 'too large', make: (transaction) => bytes(JSON.stringify({ ...transaction, note: 'x'.repeat(20_000) })) },
];

/** JSON objects that break a rule of the contract. */
export const INVALID: readonly Poison[] = [
  without('transaction_id'),
  without('account_id'),
  without('occurred_at'),
  without('amount_minor'),
  without('currency'),
  changed('negative amount', () => ({ amount_minor: -1 })),
  changed('fraction of a minor unit', () => ({ amount_minor: 12.5 })),
  changed('amount as text', ({ amount_minor }) => ({ amount_minor: String(amount_minor) })),
  changed('amount beyond the limit', () => ({ amount_minor: 1_000_000_000_001 })),
  amountText('amount that parses to Infinity', '1e400'),
  amountText('amount beyond safe integers', '9007199254740993'),
  changed('unpaired surrogate in an id', () => ({ transaction_id: 'tx-\ud800' })),
  changed('brace in an account id', ({ account_id }) => ({ account_id: `${account_id}}` })),
  changed('id too long', () => ({ transaction_id: 'x'.repeat(65) })),
  changed('empty id', () => ({ account_id: '' })),
  changed('card number as id', () => ({ transaction_id: '4111111111111111' })),
  changed('currency in small letters', () => ({ currency: 'eur' })),
  changed('no such month', () => ({ occurred_at: '2026-13-01T00:00:00.000Z' })),
  changed('time without a zone', () => ({ occurred_at: '2026-05-14T09:31:07.412' })),
  changed('time as a number', () => ({ occurred_at: 1_778_751_067_412 })),
  changed('unknown kind of event', () => ({ event_type: 'chargeback' })),
  changed('reversal of nothing', () => ({ event_type: 'reversal' })),
  changed('merchant as text', () => ({ merchant: 'm-310' })),
];
