/** A 64-bit hash as two unsigned 32-bit halves. */
export interface Hash64 {
  readonly high: number;
  readonly low: number;
}

/** 16 hexadecimal digits: how a hash is written wherever it is read by others. */
export function hashText({ high, low }: Hash64): string {
  return hex(high) + hex(low);
}

function hex(half: number): string {
  return half.toString(16).padStart(8, '0');
}
