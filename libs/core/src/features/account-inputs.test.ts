import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { accountStreams, runEngine } from '#libs/testkit';
import { emptyAccount, type AccountState } from '../account/account-state.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../time.ts';
import { ACCOUNT_FEATURES, type AccountFeatureName } from './account-features.ts';
import { accountInputs, type AccountInput } from './account-inputs.ts';
import { after, afterUnder, event, PARAMETERS, T } from './account-under-test.test-support.ts';
import { accountVector } from './compute-vector.ts';

function input(
  name: AccountFeatureName,
  state: AccountState,
  atMs = T,
  partitionFloorMs: number | null = null,
): AccountInput {
  return accountInputs(state, atMs, partitionFloorMs).find(({ feature }) => feature.name === name) as AccountInput;
}

describe('the inputs of an account at a moment', () => {
  it('are those of any transaction of that moment, but for what asks the transaction', () => {
    const key = { high: 7, low: 7 };
    fc.assert(
      fc.property(accountStreams({ maxDeliveries: 40 }), fc.nat(2 * HOUR_MS), (stream, laterMs) => {
        const { state } = runEngine(stream, { between: 'memory' });
        const atMs = Math.max(state.watermarkMs, 0) + laterMs;
        const asked = event(atMs, {
          amountMinor: 123,
          currency: 'CLF',
          counterparty: 7,
          category: 742,
          country: 0x4445,
          entities: { card: key, terminal: key, device: key, ip: key, beneficiary: key },
        });
        const scored = accountVector(state, asked);
        const inputs = accountInputs(state, atMs, null);
        expect(inputs.map((one) => one.feature)).toEqual(ACCOUNT_FEATURES);
        const told = inputs.map(({ value, asksTransaction }, i) => (asksTransaction ? scored[i] : (value ?? NaN)));
        expect(told).toEqual([...scored]);
      }),
    );
  });

  it('ask the transaction wherever two of the same moment differ', () => {
    const known = { high: 7, low: 7 };
    const entities = { card: known, terminal: known, device: known, ip: known, beneficiary: known };
    const facts = { counterparty: 7, category: 742, country: 0x4445, place: 1_000_000, entities };
    const state = after(
      ...[3, 2, 1, 0].map((days) => event(T - days * DAY_MS - MINUTE_MS, { amountMinor: 800 + days, ...facts })),
    );
    const bare = accountVector(state, event(T, { amountMinor: 123 }));
    const rich = accountVector(state, event(T, { amountMinor: 800, ...facts, place: 2_000_000 }));
    const different = ACCOUNT_FEATURES.flatMap(({ name }, i) => (Object.is(bare[i], rich[i]) ? [] : [name]));
    const asking = accountInputs(state, T, null).filter(({ asksTransaction }) => asksTransaction);
    expect(asking.map(({ feature }) => feature.name)).toEqual(different);
    expect(asking.every(({ value, support }) => value === null && support === null)).toBe(true);
  });

  it('say how many transactions are behind them, and how much of their window the account has been known for', () => {
    const state = after(event(T - 3 * DAY_MS), event(T - 2 * HOUR_MS), event(T - MINUTE_MS), event(T));
    expect(input('acct_cnt_1h', state)).toMatchObject({
      value: 2,
      support: { events: 2, coveredMs: HOUR_MS, exact: true },
    });
    expect(input('acct_cnt_1m', state).support).toEqual({ events: 1, coveredMs: MINUTE_MS, exact: true });
    expect(input('acct_sum_30d', state).support).toEqual({ events: 4, coveredMs: 3 * DAY_MS, exact: true });
    expect(input('acct_time_density', state).support).toEqual({ events: 4, coveredMs: null, exact: true });
    expect(input('acct_age', state)).toMatchObject({ value: 3 * 86_400, support: { events: 1, coveredMs: null } });
    expect(input('is_night', state).support).toEqual({ events: 0, coveredMs: null, exact: true });
  });

  it('say what an account does that knows nothing', () => {
    const inputs = accountInputs(emptyAccount(), T, null);
    expect(input('acct_cnt_1h', emptyAccount())).toMatchObject({
      value: 0,
      support: { events: 0, coveredMs: 0, exact: true },
    });
    expect(input('acct_age', emptyAccount())).toMatchObject({ value: null, support: { events: 0 } });
    expect(inputs.some(({ value }) => Number.isNaN(value))).toBe(false);
  });

  it('are not exact where the cap pushed out what their window asks for; counts have tiles for it', () => {
    const events = Array.from({ length: 6 }, (_, i) => event(T - (5 - i) * 10 * MINUTE_MS));
    const state = afterUnder({ ...PARAMETERS, logCap: 4 }, events);
    expect(input('acct_cnt_1h', state)).toMatchObject({
      value: 6,
      support: { events: 6, coveredMs: 50 * MINUTE_MS, exact: false },
    });
    const held = input('acct_held_cnt_1h', state).support;
    expect(held).toEqual({ events: 4, coveredMs: 40 * MINUTE_MS, exact: false });
    expect(input('acct_cnt_5m', state).support?.exact).toBe(true);
  });

  it('are not exact before the history that a trimmed log has left', () => {
    const state = after(event(T - 2 * HOUR_MS), event(T));
    const lostMs = T - 30 * MINUTE_MS;
    expect(input('acct_cnt_1h', state, T, lostMs).support).toEqual({
      events: 1,
      coveredMs: 30 * MINUTE_MS,
      exact: false,
    });
    expect(input('acct_cnt_5m', state, T, lostMs).support?.exact).toBe(true);
    expect(input('acct_age', state, T, lostMs).support?.exact).toBe(false);
    expect(input('hour_sin', state, T, lostMs).support?.exact).toBe(true);
  });
});
