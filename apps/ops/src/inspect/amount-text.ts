import { minorPerMajor } from '#libs/core';

/** An amount in major units with all decimals of its currency, and the currency. */
export function amountText(amountMinor: number, currency: string): string {
  const unit = minorPerMajor(currency);
  return `${(amountMinor / unit).toFixed(Math.round(Math.log10(unit)))} ${currency}`;
}
