const EXPONENT_0 = 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF';
const EXPONENT_3 = 'BHD IQD JOD KWD LYD OMR TND';
const EXPONENT_4 = 'CLF UYW';

const UNUSUAL = new Map<string, number>([
  ...EXPONENT_0.split(' ').map((code): [string, number] => [code, 1]),
  ...EXPONENT_3.split(' ').map((code): [string, number] => [code, 1000]),
  ...EXPONENT_4.split(' ').map((code): [string, number] => [code, 10_000]),
]);

/** Minor units in one major unit of a currency: 100 but for the exceptions of ISO 4217's table (JPY 1, KWD 1000). */
export function minorPerMajor(currency: string): number {
  return UNUSUAL.get(currency) ?? 100;
}
