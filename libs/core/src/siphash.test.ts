import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createHasher, sipHash } from './siphash.ts';

const KEY = Uint8Array.from({ length: 16 }, (_, i) => i);

/** Of the bytes 0, 1, …, n - 1 under the key 0, 1, …, 15: `vectors_sip64` of the reference implementation, read as little-endian numbers. */
const REFERENCE: readonly [length: number, high: number, low: number][] = [
  [0, 0x726fdb47, 0xdd0e0e31],
  [1, 0x74f839c5, 0x93dc67fd],
  [7, 0xab0200f5, 0x8b01d137],
  [8, 0x93f5f579, 0x9a932462],
  [15, 0xa129ca61, 0x49be45e5],
  [16, 0x3f2acc7f, 0x57c29bdb],
  [63, 0x958a324c, 0xeb064572],
];

/** The same function on 64-bit integers, straight from the paper. */
function sipHashByDefinition(text: string, key: Uint8Array): bigint {
  const padded = text + '\0'.repeat(7 - (text.length % 8));
  const bytes = Uint8Array.from({ length: padded.length }, (_, i) => padded.charCodeAt(i));
  const word = (from: Uint8Array, at: number): bigint => new DataView(from.buffer, from.byteOffset).getBigUint64(at, true); // prettier-ignore
  const message = new Uint8Array([...bytes, text.length % 256]);
  const wrap = (value: bigint): bigint => BigInt.asUintN(64, value);
  const rotate = (value: bigint, by: bigint): bigint => wrap(value << by) | (value >> (64n - by));
  let [v0, v1, v2, v3] = [0x736f6d6570736575n, 0x646f72616e646f6dn, 0x6c7967656e657261n, 0x7465646279746573n];
  [v0, v1, v2, v3] = [v0 ^ word(key, 0), v1 ^ word(key, 8), v2 ^ word(key, 0), v3 ^ word(key, 8)];
  const round = (): void => {
    v0 = wrap(v0 + v1);
    v1 = rotate(v1, 13n) ^ v0;
    v0 = rotate(v0, 32n);
    v2 = wrap(v2 + v3);
    v3 = rotate(v3, 16n) ^ v2;
    v0 = wrap(v0 + v3);
    v3 = rotate(v3, 21n) ^ v0;
    v2 = wrap(v2 + v1);
    v1 = rotate(v1, 17n) ^ v2;
    v2 = rotate(v2, 32n);
  };
  for (let at = 0; at < message.length; at += 8) {
    v3 ^= word(message, at);
    round();
    round();
    v0 ^= word(message, at);
  }
  v2 ^= 0xffn;
  for (let i = 0; i < 4; i++) round();
  return v0 ^ v1 ^ v2 ^ v3;
}

describe('SipHash-2-4', () => {
  it('gives the reference implementation’s vectors', () => {
    for (const [length, high, low] of REFERENCE) {
      const text = String.fromCharCode(...Array.from({ length }, (_, i) => i));
      expect(sipHash(text, KEY)).toEqual({ high, low });
    }
  });

  it('equals its definition for any ASCII text and key', () => {
    const ascii = fc.string({ unit: 'binary-ascii', maxLength: 2000, size: 'max' });
    fc.assert(
      fc.property(ascii, fc.uint8Array({ minLength: 16, maxLength: 16 }), (text, key) => {
        const { high, low } = sipHash(text, key);
        expect((BigInt(high) << 32n) | BigInt(low)).toBe(sipHashByDefinition(text, key));
      }),
    );
  });

  it('refuses text that is not ASCII, wherever it is, and keys of another length', () => {
    for (const text of ['\u0080', 'abcd\u0100', '\u8000abcdefghi', 'abcdefgh\u00e9jk']) {
      expect(() => sipHash(text, KEY)).toThrow('ASCII');
    }
    expect(() => createHasher(KEY.subarray(1))).toThrow('16 bytes');
  });
});

describe('a hasher', () => {
  const hasher = createHasher(KEY);
  const identity = { accountId: 'acct-1', transactionId: 'tx-1', eventType: 'authorization' } as const;

  it('tells identities apart by each of their parts and by where one ends', () => {
    const others = [
      { ...identity, accountId: 'acct-2' },
      { ...identity, transactionId: 'tx-2' },
      { ...identity, accountId: 'acct-1t', transactionId: 'x-1' },
    ];
    for (const other of others) expect(hasher.identity(other)).not.toEqual(hasher.identity(identity));
    expect(hasher.identity({ ...identity })).toEqual(hasher.identity(identity));
  });

  it('depends on every byte of its key', () => {
    for (let at = 0; at < 16; at++) {
      const key = KEY.slice();
      key[at]! ^= 1;
      expect(createHasher(key).identity(identity)).not.toEqual(hasher.identity(identity));
    }
  });

  it('gives texts 32 bits that are never 0', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary-ascii' }), (text) => {
        const hash = hasher.text32(text);
        expect(Number.isInteger(hash) && hash > 0 && hash < 2 ** 32).toBe(true);
      }),
    );
  });
});
