import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { containsCardNumber } from './card-number.ts';

/** Test numbers that the schemes and gateways publish. */
const PUBLISHED = [
  ['Visa', '4111111111111111'],
  ['Visa, 13 digits', '4222222222222'],
  ['Mastercard', '5555555555554444'],
  ['Mastercard, 2-series', '2223003122003222'],
  ['American Express', '378282246310005'],
  ['Discover', '6011111111111117'],
  ['Diners Club', '30569309025904'],
  ['JCB', '3530111333300000'],
  ['UnionPay', '6200000000000005'],
  ['Maestro', '6759649826438453'],
] as const;

describe('containsCardNumber', () => {
  it.each(PUBLISHED)('finds the published test number of %s, bare and within an id', (_scheme, number) => {
    for (const text of [number, `acct-${number}`, `t:${number}.1`, `x${number}x`])
      expect(containsCardNumber(text)).toBe(true);
  });

  it.each([
    '4111-1111-1111-1111',
    'c:4111.1111.1111.1111',
    '3782-822463-10005',
    '12-4111-1111-1111-1111',
    '4111 1111 1111 1111',
  ])('finds the printed groups of %s', (text) => {
    expect(containsCardNumber(text)).toBe(true);
  });

  it('takes no number whose check digit is wrong', () => {
    fc.assert(
      fc.property(fc.constantFrom(...PUBLISHED), fc.integer({ min: 1, max: 9 }), ([, number], shift) => {
        const last = (Number(number.at(-1)) + shift) % 10;
        expect(containsCardNumber(number.slice(0, -1) + String(last))).toBe(false);
      }),
    );
  });

  it.each([
    ['an unknown issuer', '9111111111111116'],
    ['a length that the issuer does not use', '411111111111116'],
    ['a part of a longer number', '04111111111111111'],
    ['mixed separators', '4111-1111.1111-1111'],
    ['a UUID', '550e8400-e29b-41d4-a716-446655440000'],
    ['a time in milliseconds', '1747215067412'],
    ['a date and counter', 'tx-20260514-0001'],
    ['nothing', ''],
  ])('leaves %s alone', (_what, text) => {
    expect(containsCardNumber(text)).toBe(false);
  });
});
