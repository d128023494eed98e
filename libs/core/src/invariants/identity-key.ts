import type { Hash64 } from '../hash64.ts';

/** A hash as a key of a Map: four characters, so that a million of them fit in memory. */
export function identityKey({ high, low }: Hash64): string {
  return String.fromCharCode(high >>> 16, high & 0xffff, low >>> 16, low & 0xffff);
}
