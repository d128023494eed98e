import type { EntityKeys } from '../entities/entity-kind.ts';
import type { Hash64 } from '../hash64.ts';
import type { AccountEvent } from './account-event.ts';
import { KEY_WORDS } from './key-table.ts';
import type { KeyLayout } from './key-table-codec.ts';

/** Places of a party's words. The category is kept plus one, so that 0 is "unknown"; the currency only of amounts in another than the account's. */
export const PARTY = { counterparty: 0, terminal: 1, beneficiary: 3, merchant: 5, currency: 6 } as const;

/** Places of an instrument's words. */
export const INSTRUMENT = { card: 0, device: 2, ip: 4 } as const;

/** How parties are written. The counterparty is the beneficiary, else the terminal, but where a merchant names itself and its terminal. */
export const PARTY_LAYOUT: KeyLayout = {
  parts: [
    { word: PARTY.terminal, words: 2 },
    { word: PARTY.beneficiary, words: 2 },
    { word: PARTY.merchant, words: 1 },
    { word: PARTY.currency, words: 1 },
    { word: PARTY.counterparty, words: 1 },
  ],
  datedAt: PARTY.beneficiary,
  rule: {
    word: PARTY.counterparty,
    valueOf: (words, at) => folded(words, at + PARTY.beneficiary) || folded(words, at + PARTY.terminal),
  },
};

/** How instruments are written. */
export const INSTRUMENT_LAYOUT: KeyLayout = {
  parts: [
    { word: INSTRUMENT.card, words: 2 },
    { word: INSTRUMENT.device, words: 2 },
    { word: INSTRUMENT.ip, words: 2 },
  ],
  datedAt: INSTRUMENT.device,
  rule: null,
};

/** Whom an event was with, as words of a key table, in a buffer that the next call overwrites. */
export function partyWords(event: AccountEvent, isOwnCurrency: boolean): Uint32Array {
  const { terminal, beneficiary } = event.entities;
  const words = partyScratch;
  words[0] = event.counterparty;
  put(words, PARTY.terminal, terminal);
  put(words, PARTY.beneficiary, beneficiary);
  words[PARTY.merchant] = merchantWord(event.category, event.country);
  words[PARTY.currency] = isOwnCurrency ? 0 : currencyWord(event.currency);
  return words;
}

/** What an event was paid with, as words of a key table, in a buffer that the next call overwrites. */
export function instrumentWords({ entities: { card, device, ip } }: AccountEvent): Uint32Array {
  const words = instrumentScratch;
  put(words, INSTRUMENT.card, card);
  put(words, INSTRUMENT.device, device);
  put(words, INSTRUMENT.ip, ip);
  return words;
}

/** The entities of a row from its party's and its instrument's words, which begin at `party` and `instrument`. */
export function entityKeysAt(
  parties: Uint32Array,
  party: number,
  { words, at }: { readonly words: Uint32Array; readonly at: number },
): EntityKeys {
  return {
    card: hashAt(words, at + INSTRUMENT.card),
    terminal: hashAt(parties, party + PARTY.terminal),
    device: hashAt(words, at + INSTRUMENT.device),
    ip: hashAt(words, at + INSTRUMENT.ip),
    beneficiary: hashAt(parties, party + PARTY.beneficiary),
  };
}

/** The merchant's category in the low half, plus one, and its country in the high half. */
function merchantWord(category: number, country: number): number {
  return ((country << 16) | ((category + 1) & 0xffff)) >>> 0;
}

/** Three capitals in 24 bits. */
function currencyWord(currency: string): number {
  return (currency.charCodeAt(0) << 16) | (currency.charCodeAt(1) << 8) | currency.charCodeAt(2);
}

/** The currency of a party's word; '' of 0, which is the account's own. */
export function currencyOf(word: number): string {
  return word === 0 ? '' : String.fromCharCode(word >>> 16, (word >>> 8) & 0xff, word & 0xff);
}

const partyScratch = new Uint32Array(KEY_WORDS);
const instrumentScratch = new Uint32Array(KEY_WORDS);

function put(words: Uint32Array, at: number, key: Hash64 | null): void {
  words[at] = key === null ? 0 : key.high;
  words[at + 1] = key === null ? 0 : key.low;
}

function hashAt(words: Uint32Array, at: number): Hash64 | null {
  const high = words[at]!;
  const low = words[at + 1]!;
  return high === 0 && low === 0 ? null : { high, low };
}

/** 32 bits of the 64 of a key, as the hasher's `text32` has them of the same text; 0 of no key. */
function folded(words: Uint32Array, at: number): number {
  const high = words[at]!;
  const low = words[at + 1]!;
  return high === 0 && low === 0 ? 0 : (high ^ low) >>> 0 || 1;
}
