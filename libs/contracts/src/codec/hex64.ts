import type { Hash64 } from '#libs/core';

/** The hash that `hashText` wrote in 16 hexadecimal digits. */
export function hashOfHex(text: string): Hash64 {
  return { high: Number.parseInt(text.slice(0, 8), 16), low: Number.parseInt(text.slice(8), 16) };
}
