import { assert } from './faults.ts';
import type { Hash64 } from './hash64.ts';
import type { Identity } from './transaction.ts';

/** Keyed hashes of what the log must recognise. Without the key nobody can search for colliding ids. */
export interface Hasher {
  /** Of (account, transaction, event type), joined by a character that no id contains. */
  identity(identity: Identity): Hash64;
  /** 64 bits of an ASCII text, never all 0. */
  text64(text: string): Hash64;
  /** 32 bits of an ASCII text, never 0: 0 stands for "none". */
  text32(text: string): number;
}

/** A hasher under a secret of 16 bytes. Throws on text that is not ASCII, which valid transactions never hold. */
export function createHasher(key: Uint8Array): Hasher {
  const words = keyWords(key);
  return {
    identity: ({ accountId, transactionId, eventType }) =>
      sipHashWords(`${accountId}\n${transactionId}\n${eventType}`, words),
    text64: (text) => {
      const { high, low } = sipHashWords(text, words);
      return high === 0 && low === 0 ? { high: 0, low: 1 } : { high, low };
    },
    text32: (text) => {
      const { high, low } = sipHashWords(text, words);
      return (high ^ low) >>> 0 || 1;
    },
  };
}

/** SipHash-2-4, 64 bits, of an ASCII text. Source: Aumasson and Bernstein, SipHash: a fast short-input PRF, 2012. */
export function sipHash(text: string, key: Uint8Array): Hash64 {
  return sipHashWords(text, keyWords(key));
}

function keyWords(key: Uint8Array): Int32Array {
  assert(key.length === 16, 'a hash key has 16 bytes');
  const view = new DataView(key.buffer, key.byteOffset, 16);
  return Int32Array.from([0, 4, 8, 12], (at) => view.getInt32(at, true));
}

/** 64-bit words as two 32-bit halves: BigInt costs some twenty times as much. One loop body, so that all eight halves stay in registers. */
function sipHashWords(text: string, key: Int32Array): Hash64 {
  const [k0 = 0, k1 = 0, k2 = 0, k3 = 0] = key;
  // prettier-ignore
  let v0l = k0 ^ 0x70736575, v0h = k1 ^ 0x736f6d65, v1l = k2 ^ 0x6e646f6d, v1h = k3 ^ 0x646f7261,
    v2l = k0 ^ 0x6e657261, v2h = k1 ^ 0x6c796765, v3l = k2 ^ 0x79746573, v3h = k3 ^ 0x74656462;
  const lastBlock = text.length >>> 3;
  const words = asciiWords(text);
  for (let block = 0; block <= lastBlock + 1; block++) {
    const isFinal = block > lastBlock;
    const rounds = isFinal ? 4 : 2;
    const low = isFinal ? 0 : words[block * 2]!;
    const high = isFinal ? 0 : words[block * 2 + 1]!;
    if (isFinal) v2l ^= 0xff;
    v3l ^= low;
    v3h ^= high;
    for (let round = 0; round < rounds; round++) {
      let l = (v0l + v1l) | 0;
      v0h = (v0h + v1h + (((v0l & v1l) | ((v0l | v1l) & ~l)) >>> 31)) | 0;
      v0l = l;
      l = (v1l << 13) | (v1h >>> 19);
      v1h = ((v1h << 13) | (v1l >>> 19)) ^ v0h;
      v1l = l ^ v0l;
      l = v0l;
      v0l = v0h;
      v0h = l;
      l = (v2l + v3l) | 0;
      v2h = (v2h + v3h + (((v2l & v3l) | ((v2l | v3l) & ~l)) >>> 31)) | 0;
      v2l = l;
      l = (v3l << 16) | (v3h >>> 16);
      v3h = ((v3h << 16) | (v3l >>> 16)) ^ v2h;
      v3l = l ^ v2l;
      l = (v0l + v3l) | 0;
      v0h = (v0h + v3h + (((v0l & v3l) | ((v0l | v3l) & ~l)) >>> 31)) | 0;
      v0l = l;
      l = (v3l << 21) | (v3h >>> 11);
      v3h = ((v3h << 21) | (v3l >>> 11)) ^ v0h;
      v3l = l ^ v0l;
      l = (v2l + v1l) | 0;
      v2h = (v2h + v1h + (((v2l & v1l) | ((v2l | v1l) & ~l)) >>> 31)) | 0;
      v2l = l;
      l = (v1l << 17) | (v1h >>> 15);
      v1h = ((v1h << 17) | (v1l >>> 15)) ^ v2h;
      v1l = l ^ v2l;
      l = v2l;
      v2l = v2h;
      v2h = l;
    }
    v0l ^= low;
    v0h ^= high;
  }
  return { high: (v0h ^ v1h ^ v2h ^ v3h) >>> 0, low: (v0l ^ v1l ^ v2l ^ v3l) >>> 0 };
}

let scratch = new Int32Array(256);

/** The text as SipHash's blocks, the length in the last byte, in a buffer that the next call overwrites. */
function asciiWords(text: string): Int32Array {
  const length = text.length;
  const padded = (length >>> 3) * 2 + 2;
  if (padded > scratch.length) scratch = new Int32Array(padded * 2);
  const words = scratch;
  let seen = 0;
  let at = 0;
  for (; at + 4 <= length; at += 4) {
    const a = text.charCodeAt(at);
    const b = text.charCodeAt(at + 1);
    const c = text.charCodeAt(at + 2);
    const d = text.charCodeAt(at + 3);
    seen |= a | b | c | d;
    words[at >>> 2] = a | (b << 8) | (c << 16) | (d << 24);
  }
  for (let word = at >>> 2; word < padded; word++) words[word] = 0;
  words[padded - 1] = length << 24;
  for (; at < length; at++) {
    const code = text.charCodeAt(at);
    seen |= code;
    words[at >>> 2]! |= code << ((at & 3) * 8);
  }
  assert(seen < 128, 'only ASCII text is hashed');
  return words;
}
