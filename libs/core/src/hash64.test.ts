import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hashText } from './hash64.ts';

describe('the text of a hash', () => {
  it('is its 64 bits as 16 hexadecimal digits, leading zeros included', () => {
    const half = fc.oneof(fc.nat(0x1ff), fc.integer({ min: 0, max: 2 ** 32 - 1 }));
    fc.assert(
      fc.property(half, half, (high, low) => {
        const bits = (BigInt(high) << 32n) | BigInt(low);
        expect(hashText({ high, low })).toBe(bits.toString(16).padStart(16, '0'));
      }),
    );
  });
});
