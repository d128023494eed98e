import type { Hash64 } from '#libs/core';

/** 16 hex digits: how a 64-bit hash stands on the wire. */
export function hexOfHash({ high, low }: Hash64): string {
  return high.toString(16).padStart(8, '0') + low.toString(16).padStart(8, '0');
}

/** The reverse, of 16 hex digits. */
export function hashOfHex(text: string): Hash64 {
  return { high: Number.parseInt(text.slice(0, 8), 16), low: Number.parseInt(text.slice(8), 16) };
}
