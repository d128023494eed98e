import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { accountStreams, runEngine, type EngineRun, NO_CONTEXT } from '#libs/testkit';
import { emptyAccount, type AccountState } from '../account/account-state.ts';
import type { AccountEvent, DecidedEvent } from '../account/account-event.ts';
import { reduce } from '../account/reduce.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../time.ts';
import { computeVector } from './compute-vector.ts';
import { FEATURE_INDEX, FEATURES, type FeatureName } from './manifest.ts';

const T = Date.UTC(2026, 4, 14, 9, 31, 7, 412);
const PARAMETERS = { version: 1, allowedLatenessMs: DAY_MS, logCap: 512 };

let nextId = 1;
function event(eventTimeMs: number, fields: Partial<AccountEvent> = {}): AccountEvent {
  const id = nextId++;
  return {
    identity: { high: id, low: id },
    content: id,
    eventTimeMs,
    amountMinor: 1000,
    currency: 'EUR',
    counterparty: 0,
    ...NO_CONTEXT,
    ...fields,
  };
}

function after(...events: readonly AccountEvent[]): AccountState {
  return events.reduce((state, made, i): AccountState => {
    const decided: DecidedEvent = { ...made, outcome: 'approve', riskScore: 100, seq: i + 1 };
    return reduce(state, decided, PARAMETERS).state;
  }, emptyAccount());
}

function feature(name: FeatureName, state: AccountState, asked: AccountEvent): number {
  return computeVector(state, asked)[FEATURE_INDEX[name]] as number;
}

function bytesOf(vector: Float32Array): string {
  return Array.from(new Uint32Array(vector.buffer), (word) => word.toString(16)).join(' ');
}

function vectorsOf(run: EngineRun): Map<number, string> {
  return new Map(
    run.fates.flatMap((fate) =>
      fate.type === 'transaction' && fate.event && fate.vector ? [[fate.event.seq, bytesOf(fate.vector)] as const] : [],
    ),
  );
}

describe('the vector', () => {
  it('has only NaN or finite values of magnitude below 2^24, and one kind of NaN', { timeout: 60_000 }, () => {
    fc.assert(
      fc.property(accountStreams({ maxDeliveries: 30 }), (stream) => {
        for (const fate of runEngine(stream, { between: 'memory' }).fates) {
          if (fate.type === 'amendment' || fate.vector === null) continue;
          const { vector } = fate;
          const bits = new Uint32Array(vector.buffer);
          const isSound = (value: number, i: number): boolean =>
            Number.isNaN(value) ? bits[i] === 0x7fc00000 : Math.abs(value) < 2 ** 24;
          expect(vector.every(isSound)).toBe(true);
        }
      }),
    );
  });

  it('does not change when anything after it does: causality', { timeout: 60_000 }, () => {
    const cut = fc.tuple(accountStreams({ maxDeliveries: 30 }), accountStreams({ maxDeliveries: 10 }), fc.nat());
    fc.assert(
      fc.property(cut, ([stream, other, at]) => {
        const kept = at % stream.batches.length;
        const changed = { ...stream, batches: [...stream.batches.slice(0, kept), ...other.batches] };
        const before = vectorsOf(runEngine(stream, { between: 'memory' }));
        const vectors = vectorsOf(runEngine(changed, { between: 'memory' }));
        const shared = runEngine({ ...stream, batches: stream.batches.slice(0, kept) }, { between: 'memory' });
        for (const seq of vectorsOf(shared).keys()) expect(vectors.get(seq)).toBe(before.get(seq));
      }),
    );
  });

  it('of a late event does not see what happened after its own time, but for the decayed profile', () => {
    const gap = fc.integer({ min: 1, max: 20 * HOUR_MS });
    fc.assert(
      fc.property(gap, fc.integer({ min: 0, max: 10 ** 6 }), fc.nat(3), (gapMs, amountMinor, counterparty) => {
        const past = [event(T - 3 * DAY_MS), event(T - HOUR_MS), event(T - 1)];
        const late = event(T, { counterparty: 2 });
        const seen = computeVector(after(...past, event(T + gapMs)), late);
        const other = computeVector(after(...past, event(T + gapMs, { amountMinor, counterparty })), late);
        const changed = FEATURES.filter((_, i) => !Object.is(other[i], seen[i]));
        expect(changed.filter(({ state }) => state !== 'D')).toEqual([]);
        expect(seen[FEATURE_INDEX.acct_cnt_1h]).toBe(1);
      }),
    );
  });
});

describe('a feature', () => {
  it('counts in (t - W, t]: an event exactly W before is out, one a millisecond later is in', () => {
    const windows: [FeatureName, number][] = [
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
    const vector = computeVector(emptyAccount(), event(T, { amountMinor: 12_999 }));
    const missing = FEATURES.filter((_, i) => Number.isNaN(vector[i])).map(({ name }) => name);
    expect(missing).toEqual([
      'amount_over_trim_mean_60d',
      'amount_over_median_60d',
      'amount_over_max_30d',
      'amount_z_30d',
      'secs_since_last_acct',
      'acct_age',
      'acct_velocity_1h_30d',
    ]);
    expect(vector[FEATURE_INDEX.log_amount]).toBe(Math.fround(Math.log1p(129.99)));
    expect(vector[FEATURE_INDEX.acct_mean_incl_7d]).toBe(Math.fround(129.99));
    expect(vector[FEATURE_INDEX.acct_sum_30d]).toBe(0);
  });

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
});
