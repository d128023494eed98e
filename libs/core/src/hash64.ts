/** A 64-bit hash as two unsigned 32-bit halves. */
export interface Hash64 {
  readonly high: number;
  readonly low: number;
}

/** 16 hexadecimal digits: how a hash is written wherever it is read by others. */
export function hashText({ high, low }: Hash64): string {
  return hex(high) + hex(low);
}

const BYTES: readonly string[] = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** Byte by byte from a table: `toString(16)` of so large a number costs five times as much, and every update of an entity names it. */
function hex(half: number): string {
  return BYTES[half >>> 24]! + BYTES[(half >>> 16) & 0xff]! + BYTES[(half >>> 8) & 0xff]! + BYTES[half & 0xff]!;
}
