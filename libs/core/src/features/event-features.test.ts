import { describe, expect, it } from 'vitest';
import { NO_CONTEXT } from '#libs/testkit';
import { emptyAccount, isTruncated } from '../account/account-state.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../time.ts';
import { ACCOUNT_FEATURE_INDEX as AT, ACCOUNT_FEATURES, type AccountFeatureName } from './account-features.ts';
import { after, afterUnder, event, feature, PARAMETERS, T } from './account-under-test.test-support.ts';
import { accountVector } from './compute-vector.ts';

describe('a feature of events', () => {
  it('counts in (t - W, t]: an event exactly W before is out, one a millisecond later is in', () => {
    const windows: [AccountFeatureName, number][] = [
      ['acct_cnt_1m', MINUTE_MS],
      ['acct_cnt_5m', 5 * MINUTE_MS],
      ['acct_cnt_1h', HOUR_MS],
      ['acct_cnt_24h', DAY_MS],
      ['acct_cnt_7d', 7 * DAY_MS],
      ['acct_cnt_30d', 30 * DAY_MS],
    ];
    for (const [name, windowMs] of windows) {
      expect(feature(name, after(event(T - windowMs)), event(T))).toBe(0);
      expect(feature(name, after(event(T - windowMs + 1)), event(T))).toBe(1);
      expect(feature(name, after(event(T)), event(T))).toBe(1);
    }
  });

  it('of a first transaction is missing or 0 where there is no history', () => {
    const vector = accountVector(emptyAccount(), event(T, { amountMinor: 12_999 }));
    const missing = ACCOUNT_FEATURES.filter((_, i) => Number.isNaN(vector[i])).map(({ name }) => name);
    expect(missing).toEqual([
      'acct_trim_mean_60d',
      'amount_over_trim_mean_60d',
      'amount_over_median_60d',
      'amount_over_max_30d',
      'amount_z_30d',
      'acct_cnt_big_7d',
      'acct_cnt_big_14d',
      'secs_since_last_acct',
      'acct_age',
      'acct_velocity_1h_30d',
      'acct_category_share_30d',
      'speed_from_last_place',
      'acct_device_age',
      'acct_beneficiary_age',
    ]);
    expect(vector[AT.log_amount]).toBe(Math.fround(Math.log1p(129.99)));
    expect(vector[AT.acct_mean_incl_7d]).toBe(Math.fround(129.99));
    expect(vector[AT.acct_sum_30d]).toBe(0);
  });

  it('gives ages in seconds, capped at 90 days', () => {
    const state = after(event(T - 10 * DAY_MS), event(T - 1500));
    expect(feature('secs_since_last_acct', state, event(T))).toBe(1.5);
    expect(feature('acct_age', state, event(T))).toBe((10 * DAY_MS) / SECOND_MS);
    const old = after(event(T - 400 * DAY_MS));
    expect(feature('secs_since_last_acct', old, event(T))).toBe((90 * DAY_MS) / SECOND_MS);
    expect(feature('acct_age', old, event(T))).toBe((90 * DAY_MS) / SECOND_MS);
  });

  it('compares the last hour with the month, counts equal and small amounts, and earlier dealings', () => {
    const state = after(
      event(T - 20 * DAY_MS, { counterparty: 9 }),
      event(T - 2 * HOUR_MS, { amountMinor: 499, counterparty: 9 }),
      event(T - MINUTE_MS, { amountMinor: 499 }),
      event(T - MINUTE_MS, { amountMinor: 500 }),
    );
    const asked = event(T, { amountMinor: 499, counterparty: 9 });
    expect(feature('acct_velocity_1h_30d', state, asked)).toBe(2 / (4 / 720));
    expect(feature('acct_cnt_same_amount_24h', state, asked)).toBe(2);
    expect(feature('acct_cnt_small_1h', state, asked)).toBe(1);
    expect(feature('acct_counterparty_cnt_60d', state, asked)).toBe(2);
    expect(feature('acct_counterparty_cnt_60d', state, event(T))).toBe(0);
  });

  it('counts our holds, different counterparties and countries, and the share of a category', () => {
    const state = after(
      event(T - 2 * HOUR_MS, { counterparty: 1, country: 5, category: 10 }),
      event(T - 3, { counterparty: 2, country: 5, category: 11 }),
      event(T - 2, { counterparty: 3, country: 6 }),
      event(T - 1, { counterparty: 3 }),
    );
    const asked = event(T, { counterparty: 9, country: 9, category: 10 });
    expect(feature('acct_held_cnt_1h', state, asked)).toBe(1);
    expect(feature('acct_distinct_counterparties_1h', state, asked)).toBe(2);
    expect(feature('acct_distinct_counterparties_24h', state, asked)).toBe(3);
    expect(feature('acct_distinct_countries_24h', state, asked)).toBe(2);
    expect(feature('acct_category_share_30d', state, asked)).toBe(0.5);
    expect(feature('acct_category_share_30d', state, event(T, { category: 12 }))).toBe(0);
    expect(feature('acct_category_share_30d', state, event(T))).toBeNaN();
  });

  it('gives the age of a device and of a beneficiary with the account: 0 when new, missing when there is none', () => {
    const device = { high: 1, low: 2 };
    const used = (timeMs: number, card: number) =>
      event(timeMs, {
        entities: { ...NO_CONTEXT.entities, device, beneficiary: device, card: { high: card, low: 1 } },
      });
    const state = after(used(T - 50 * DAY_MS, 1), used(T - 5000, 2), event(T - 1));
    for (const name of ['acct_device_age', 'acct_beneficiary_age'] as const) {
      expect(feature(name, state, used(T, 3))).toBe((50 * DAY_MS) / SECOND_MS);
      expect(feature(name, after(event(T - 1)), used(T, 3))).toBe(0);
      expect(feature(name, state, used(T - 50 * DAY_MS - 1, 3))).toBe(0);
      expect(feature(name, state, event(T))).toBeNaN();
      const forgotten = after(used(T - 70 * DAY_MS, 1), event(T - 1));
      expect(feature(name, forgotten, used(T, 1))).toBe(0);
      const kept = after(used(T - 70 * DAY_MS, 1), used(T - 40 * DAY_MS, 1), event(T - 1));
      expect(feature(name, kept, used(T, 1))).toBe((70 * DAY_MS) / SECOND_MS);
    }
  });

  it('counts on by tiles where the cap has cut the log, to one tile', () => {
    const events = Array.from({ length: 300 }, (_, i) => event(T - 300 * MINUTE_MS + i * MINUTE_MS));
    const capped = afterUnder({ ...PARAMETERS, logCap: 10 }, events);
    const whole = afterUnder(PARAMETERS, events);
    const names = ['acct_cnt_1m', 'acct_cnt_5m', 'acct_cnt_1h', 'acct_cnt_24h', 'acct_cnt_7d', 'acct_cnt_30d'] as const;
    expect(names.map((name) => feature(name, capped, event(T)))).toEqual(names.map((name) => feature(name, whole, event(T)))); // prettier-ignore
    expect(feature('acct_sum_30d', capped, event(T))).toBe(Math.fround(Math.log1p(3000)));
    expect(feature('acct_mean_incl_30d', capped, event(T))).toBe(10);
    expect(isTruncated(capped, T)).toBe(true);
    expect(isTruncated(capped, T + 60 * DAY_MS)).toBe(false);
    expect(isTruncated(whole, T)).toBe(false);
  });
});
