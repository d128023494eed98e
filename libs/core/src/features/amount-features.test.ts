import { describe, expect, it } from 'vitest';
import type { AccountState } from '../account/account-state.ts';
import { DAY_MS } from '../time.ts';
import { after, amended, event, feature, T } from './account-under-test.test-support.ts';

describe('a feature of amounts', () => {
  it('divides by the currency’s minor units: 100, 1 for JPY, 1000 for KWD', () => {
    for (const [currency, unit] of [
      ['EUR', 100],
      ['JPY', 1],
      ['KWD', 1000],
    ] as const) {
      // prettier-ignore
      const state = after(event(T - 1, { currency, amountMinor: 4321 }));
      const asked = event(T, { currency, amountMinor: 1234 });
      expect(feature('log_amount', state, asked)).toBe(Math.fround(Math.log1p(1234 / unit)));
      expect(feature('acct_sum_1h', state, asked)).toBe(Math.fround(Math.log1p(4321 / unit)));
      expect(feature('acct_mean_incl_7d', state, asked)).toBe(Math.fround((4321 + 1234) / 2 / unit));
    }
  });

  it('counts an amount in another currency and neither sums nor compares it', () => {
    const state = after(event(T - 2), event(T - 1, { currency: 'JPY', amountMinor: 700 }));
    expect(feature('acct_cnt_1h', state, event(T))).toBe(2);
    expect(feature('acct_sum_1h', state, event(T))).toBe(Math.fround(Math.log1p(10)));
    const foreign = event(T, { currency: 'JPY', amountMinor: 700 });
    expect(feature('log_amount', state, foreign)).toBe(Math.fround(Math.log1p(700)));
    expect(feature('amount_over_max_30d', state, foreign)).toBeNaN();
    expect(feature('acct_mean_incl_7d', state, foreign)).toBe(10);
    expect(feature('acct_cnt_same_amount_24h', state, foreign)).toBe(1);
    expect(feature('acct_cnt_small_1h', state, event(T))).toBe(0);
  });

  it('trims the highest tenth, from ten amounts on, and needs three', () => {
    const amounts = [100, 200, 300, 400, 500, 600, 700, 800, 900, 1_000_000];
    const state = after(...amounts.map((amountMinor, i) => event(T - 100 + i, { amountMinor })));
    const asked = event(T, { amountMinor: 1000 });
    expect(feature('amount_over_trim_mean_60d', state, asked)).toBe(2);
    expect(feature('amount_over_median_60d', state, asked)).toBe(Math.fround(1000 / 550));
    expect(feature('amount_over_max_30d', state, asked)).toBe(Math.fround(0.001));
    const two = after(event(T - 2), event(T - 1));
    expect(feature('amount_over_trim_mean_60d', two, asked)).toBeNaN();
    expect(feature('amount_over_trim_mean_60d', after(event(T - 3), event(T - 2), event(T - 1)), asked)).toBe(1);
  });

  it('is missing, not infinite, when everything before was worth nothing', () => {
    const state = after(...[3, 2, 1].map((ago) => event(T - ago, { amountMinor: 0 })));
    for (const name of ['amount_over_trim_mean_60d', 'amount_over_median_60d', 'amount_over_max_30d'] as const) {
      expect(feature(name, state, event(T))).toBeNaN();
    }
  });

  it('is clamped to the greatest float32 below 2^24', () => {
    const state = after(event(T - 1, { amountMinor: 1 }));
    expect(feature('amount_over_max_30d', state, event(T, { amountMinor: 10 ** 12 }))).toBe(2 ** 24 - 1);
    expect(feature('acct_mean_incl_7d', state, event(T, { amountMinor: 10 ** 12 }))).toBe(2 ** 24 - 1);
  });

  it('gives the deviation from the decayed mean, from three amounts on that differ', () => {
    const asked = event(T, { amountMinor: 400 });
    const amounts = (...list: number[]): AccountState => after(...list.map((amountMinor) => event(T, { amountMinor })));
    expect(feature('amount_z_30d', amounts(100, 300), asked)).toBeNaN();
    expect(feature('amount_z_30d', amounts(100, 300, 200), asked)).toBeCloseTo(200 / Math.sqrt(20_000 / 3), 5);
    expect(feature('amount_z_30d', amounts(100, 100, 100), asked)).toBeNaN();
  });

  it('leaves what was reversed out of amounts, and in the counts', () => {
    const events = [400, 100, 200, 300].map((amountMinor, i) => event(T - 10 + i, { amountMinor }));
    const state = amended(after(...events), events[0]!, { kind: 'reversal', amountMinor: 400 });
    const asked = event(T, { amountMinor: 400 });
    expect(feature('acct_cnt_1h', state, asked)).toBe(4);
    expect(feature('acct_sum_1h', state, asked)).toBe(Math.fround(Math.log1p(6)));
    expect(feature('acct_mean_incl_7d', state, asked)).toBe(2.5);
    expect(feature('acct_trim_mean_60d', state, asked)).toBe(2);
    expect(feature('amount_over_median_60d', state, asked)).toBe(2);
    expect(feature('amount_over_max_30d', state, asked)).toBe(Math.fround(4 / 3));
    expect(feature('acct_cnt_same_amount_24h', state, asked)).toBe(0);
    expect(feature('acct_cnt_small_1h', state, asked)).toBe(3);
    const part = amended(after(...events), events[0]!, { kind: 'refund', amountMinor: 100 });
    expect(feature('acct_sum_1h', part, asked)).toBe(Math.fround(Math.log1p(9)));
    expect(feature('acct_cnt_small_1h', part, asked)).toBe(4);
  });

  it('does not let known frauds into the usual amount, and counts them', () => {
    const events = [100, 100, 100, 900].map((amountMinor, i) => event(T - 10 + i, { amountMinor }));
    const state = amended(after(...events), events[3]!, { kind: 'fraud' });
    const asked = event(T);
    expect(feature('acct_trim_mean_60d', after(...events), asked)).toBe(3);
    expect(feature('acct_trim_mean_60d', state, asked)).toBe(1);
    expect(feature('amount_over_trim_mean_60d', state, asked)).toBe(10);
    expect(feature('acct_fraud_cnt_60d', state, asked)).toBe(1);
    expect(feature('acct_cnt_big_7d', after(...events), asked)).toBe(1);
    expect(feature('acct_cnt_big_7d', state, asked)).toBe(1);
    expect(feature('acct_sum_1h', state, asked)).toBe(Math.fround(Math.log1p(12)));
    const two = after(event(T - 3), event(T - 2));
    expect(feature('acct_cnt_big_7d', two, asked)).toBeNaN();
  });

  it('counts big amounts over 7 and 14 days: more than 2.7 times the usual one', () => {
    const usual = Array.from({ length: 9 }, (_, i) => event(T - 20 * DAY_MS + i));
    const state = after(...usual, event(T - 10 * DAY_MS, { amountMinor: 2700 }), event(T - 9 * DAY_MS, { amountMinor: 2701 }), event(T - DAY_MS, { amountMinor: 9000 })); // prettier-ignore
    expect(feature('acct_trim_mean_60d', state, event(T))).toBeCloseTo((9 * 10 + 27 + 27.01) / 11, 4);
    const [week, fortnight] = (['acct_cnt_big_7d', 'acct_cnt_big_14d'] as const).map((name) => feature(name, state, event(T))); // prettier-ignore
    expect([week, fortnight]).toEqual([1, 1]);
    const more = after(...usual, ...usual.map((one) => event(one.eventTimeMs)), event(T - 10 * DAY_MS, { amountMinor: 2701 }), event(T - DAY_MS, { amountMinor: 2700 })); // prettier-ignore
    expect(feature('acct_cnt_big_14d', more, event(T))).toBe(1);
    expect(feature('acct_cnt_big_7d', more, event(T))).toBe(0);
  });
});
