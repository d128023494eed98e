import { assert } from '../faults.ts';

const LETTERS = 26;
const CAPITAL_A = 65;

/** The three capitals of a currency as a number from 1 to 17,576, so that a row of a log keeps it in two bytes. 0 stands for none. */
export function packCurrency(currency: string): number {
  let packed = 0;
  for (let at = 0; at < 3; at++) {
    const letter = currency.charCodeAt(at) - CAPITAL_A;
    assert(letter >= 0 && letter < LETTERS && currency.length === 3, 'a currency has three capitals');
    packed = packed * LETTERS + letter;
  }
  return packed + 1;
}

/** The reverse; null of 0. */
export function unpackCurrency(packed: number): string | null {
  if (packed === 0) return null;
  let rest = packed - 1;
  let currency = '';
  for (let at = 0; at < 3; at++) {
    currency = String.fromCharCode(CAPITAL_A + (rest % LETTERS)) + currency;
    rest = Math.floor(rest / LETTERS);
  }
  return currency;
}
