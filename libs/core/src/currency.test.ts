import { describe, expect, it } from 'vitest';
import { minorPerMajor } from './currency.ts';

/** Where Intl, which follows how people pay, shows fewer decimals than ISO 4217's table has. */
const PAID_WITHOUT_DECIMALS =
  'AFN ALL COP HUF IDR IQD IRR KPW LAK LBP MGA MMK PKR SLL SOS SYP YER RSD TZS UZS CRC CZK NOK SEK TWD'.split(' ');

describe('minor units', () => {
  it('agree with Intl for every currency but those that people use without their decimals', () => {
    const others = Intl.supportedValuesOf('currency').filter((code) => !PAID_WITHOUT_DECIMALS.includes(code));
    for (const currency of others) {
      if (currency === 'CLF' || currency === 'UYI' || currency === 'UYW') continue;
      const { maximumFractionDigits } = new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions();
      expect(`${currency} ${minorPerMajor(currency)}`).toBe(`${currency} ${10 ** (maximumFractionDigits ?? -1)}`);
    }
  });

  it('follow ISO 4217 where Intl does not', () => {
    expect(['IQD', 'HUF', 'CLF', 'UYW', 'UYI', 'EUR'].map(minorPerMajor)).toEqual([1000, 100, 10_000, 10_000, 1, 100]);
  });
});
