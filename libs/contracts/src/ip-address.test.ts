import { isIPv4, isIPv6 } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isIpAddress, networkOf } from './ip-address.ts';

const nearlyAddress = fc.string({
  unit: fc.constantFrom(...'0123456789abcdefF:::..'.split(''), '::', '255', '1.2.3.4'),
  maxLength: 45,
});

describe('isIpAddress', { timeout: 30_000 }, () => {
  it('agrees with node:net on addresses without a zone', () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6(), nearlyAddress), (text) => {
        expect(isIpAddress(text)).toBe(isIPv4(text) || isIPv6(text));
      }),
      { numRuns: 2_000 },
    );
  });

  it.each([
    '203.0.113.7',
    '0.0.0.0',
    '::',
    '::1',
    '1::',
    '2001:db8::ff00:42:8329',
    '::ffff:1.2.3.4',
    '1:2:3:4:5:6:7.8.9.1',
  ])('accepts %s', (text) => {
    expect(isIpAddress(text)).toBe(true);
  });

  it.each([
    '',
    '1.2.3',
    '1.2.3.4.',
    '1.2.3.04',
    '256.1.1.1',
    '1:2:3:4:5:6:7:8::',
    ':1',
    '1::2::3',
    'fe80::1%eth0',
    '::1\n',
    '12345::',
  ])('refuses %j', (text) => {
    expect(isIpAddress(text)).toBe(false);
  });
});

describe('the network of an address', () => {
  it.each([
    ['203.0.113.7', '203.0.113'],
    ['::ffff:203.0.113.7', '203.0.113'],
    ['::FFFF:cb00:7107', '203.0.113'],
    ['2001:0DB8:00aa:bb::1', '2001:db8:aa'],
    ['2001:db8:aa:0:1::', '2001:db8:aa'],
    ['::1', '0:0:0'],
    ['1::', '1:0:0'],
    ['1:2:3:4:5:6:7.8.9.1', '1:2:3'],
  ])('of %s is %s, however it is spelled', (address, network) => {
    expect(networkOf(address)).toBe(network);
  });

  it('is the same for every address of one /24 or /48, and another beyond', () => {
    fc.assert(
      fc.property(fc.ipV4(), fc.nat({ max: 255 }), (address, host) => {
        const [a, b, c] = address.split('.');
        expect(networkOf(`${a}.${b}.${c}.${host}`)).toBe(networkOf(address));
        expect(networkOf(`${a}.${b}.${(Number(c) + 1) % 256}.${host}`)).not.toBe(networkOf(address));
      }),
    );
  });
});
