import { describe, expect, it } from 'vitest';
import { NO_CONTEXT } from '#libs/testkit';
import { ACCOUNT_FEATURE_INDEX, ACCOUNT_FEATURES, type AccountFeatureName } from '../features/account-features.ts';
import { accountVector } from '../features/compute-vector.ts';
import { DAY_MS, MINUTE_MS, SECOND_MS } from '../time.ts';
import { decodeAccount, encodeAccount, sameState } from './account-codec.ts';
import type { DecidedEvent } from './account-event.ts';
import { emptyAccount, isTruncated, type AccountState } from './account-state.ts';
import { admit } from './admission.ts';
import { amend, findAmendment } from './amend.ts';
import { admitAmendment } from './amendment-admission.ts';
import type { RecordedAmendment } from './amendment.ts';
import { reduce } from './reduce.ts';

const T = Date.UTC(2026, 4, 14, 9);
const PARAMETERS = { version: 2, allowedLatenessMs: DAY_MS, logCap: 512 };
const CLOCK = { nowMs: Infinity, maxFutureSkewMs: 0, partitionFloorMs: null };

function event(seq: number, eventTimeMs: number, amountMinor = 1000): DecidedEvent {
  return {
    identity: { high: Math.imul(seq, 0x9e3779b1) >>> 0, low: seq },
    content: seq,
    eventTimeMs,
    amountMinor,
    currency: 'EUR',
    counterparty: 1 + (seq % 7),
    ...NO_CONTEXT,
    entities: { ...NO_CONTEXT.entities, device: { high: 1, low: seq % 5 }, terminal: { high: 2, low: seq % 300 } },
    outcome: 'approve',
    riskScore: null,
    seq,
  };
}

function after(events: readonly DecidedEvent[]): AccountState {
  return events.reduce((state, made) => reduce(state, made, PARAMETERS).state, emptyAccount());
}

function feature(state: AccountState, name: AccountFeatureName, asked = event(1e6, T)): number {
  return accountVector(state, asked)[ACCOUNT_FEATURE_INDEX[name]] as number;
}

describe('absurd amounts', () => {
  it('are summed exactly, and come out finite', () => {
    const state = after(Array.from({ length: 512 }, (_, i) => event(i + 1, T - 512 + i, 10 ** 12 - (i % 2))));
    expect(feature(state, 'acct_sum_1h')).toBe(Math.fround(Math.log1p((512 * 10 ** 12 - 256) / 100)));
    const vector = accountVector(state, event(999, T, 10 ** 12));
    expect(vector.every((value) => Number.isNaN(value) || Math.abs(value) < 2 ** 24)).toBe(true);
    expect(sameState(decodeAccount(encodeAccount(state, null), 512), state)).toBe(true);
  });

  it('of nothing leave the ratios missing, and can be taken back', () => {
    const zeros = after([1, 2, 3].map((seq) => event(seq, T - seq, 0)));
    expect(feature(zeros, 'acct_trim_mean_60d')).toBe(0);
    expect(feature(zeros, 'amount_over_trim_mean_60d')).toBeNaN();
    expect(feature(zeros, 'acct_cnt_same_amount_24h', event(9, T, 0))).toBe(3);
    const { state, effect } = amend(zeros, reversal(4, 1, Infinity), PARAMETERS);
    expect(effect).toMatchObject({ amountMinor: 0, removedMinor: 0 });
    expect(feature(state, 'acct_cnt_same_amount_24h', event(9, T, 0))).toBe(2);
    expect(feature(state, 'acct_trim_mean_60d')).toBeNaN();
  });
});

describe('a day in reverse order', () => {
  it('is accepted whole, and every feature but of the decayed profiles is that of the day in order', () => {
    const times = Array.from({ length: 300 }, (_, i) => T - i * 4 * MINUTE_MS);
    let state = emptyAccount();
    for (const [i, eventTimeMs] of times.entries()) {
      const made = event(i + 1, eventTimeMs, 100 + (eventTimeMs % 977));
      expect(admit(state, made, { ...CLOCK, ...PARAMETERS })).not.toBe('too_late');
      state = reduce(state, made, PARAMETERS).state;
    }
    const inOrder = after(times.map((eventTimeMs, i) => event(i + 1, eventTimeMs, 100 + (eventTimeMs % 977))).toReversed().map((made, i) => ({ ...made, seq: i + 1 }))); // prettier-ignore
    for (const asked of [event(999, T + 1), event(999, T - 12 * 3_600_000)]) {
      const [one, other] = [state, inOrder].map((from) => accountVector(from, asked));
      const differing = ACCOUNT_FEATURES.filter((_, at) => !Object.is(one![at], other![at]));
      expect(differing.filter(({ state: primitive }) => primitive !== 'D' && primitive !== 'V')).toEqual([]);
      for (const { name } of differing) {
        expect(one![ACCOUNT_FEATURE_INDEX[name as AccountFeatureName]]).toBeCloseTo(other![ACCOUNT_FEATURE_INDEX[name as AccountFeatureName]]!, 4); // prettier-ignore
      }
    }
  });
});

describe('an account with very many events', () => {
  it('stays within its cap, says so, and counts to one tile', { timeout: 60_000 }, () => {
    let state = emptyAccount();
    let largest = 0;
    for (let i = 1; i <= 50_000; i++) {
      state = reduce(state, event(i, T - (50_000 - i) * 10 * SECOND_MS), PARAMETERS).state;
      if (i % 1000 === 0) largest = Math.max(largest, encodeAccount(state, null).length);
    }
    expect(isTruncated(state, T)).toBe(true);
    expect(largest).toBeLessThan(32_000);
    expect(state.events.timesMs.length).toBeLessThan(1000);
    expect(state.parties.slots).toBeLessThan(600);
    expect(feature(state, 'acct_cnt_24h')).toBeGreaterThan(8640 - 90);
    expect(feature(state, 'acct_cnt_24h')).toBeLessThanOrEqual(8640 + 1);
    expect(feature(state, 'acct_cnt_7d')).toBe(50_000);
  });
});

function reversal(seq: number, target: number, amountMinor: number): RecordedAmendment {
  const { identity } = event(target, T);
  return { kind: 'reversal', identity: { high: 77, low: seq }, content: 1, timeMs: T + seq, target: identity, amountMinor, seq }; // prettier-ignore
}

describe('a storm of labels', () => {
  const STORM = 5000;

  it('takes bounded room, and tells of each that waits for nothing once', { timeout: 60_000 }, () => {
    let state = after([event(1, T)]);
    const expired: number[] = [];
    let largest = 0;
    for (let seq = 10; seq < 10 + STORM; seq++) {
      const made = amend(state, { ...reversal(seq, 5000, 1), kind: seq % 2 === 0 ? 'fraud' : 'genuine' }, PARAMETERS);
      expect(made.effect).toBeNull();
      expired.push(...made.expired.map((one) => one.seq));
      state = made.state;
      if (seq % 100 === 0) largest = Math.max(largest, encodeAccount(state, null).length);
    }
    const last = reduce(state, event(20_000, T + 60 * DAY_MS), PARAMETERS);
    expired.push(...last.expired.map((one) => one.seq));
    expect(expired).toEqual(Array.from({ length: STORM }, (_, i) => 10 + i));
    expect(state.amendments).toMatchObject({ count: 256, pending: 32 });
    expect(largest).toBeLessThan(12_000);
  });

  it('of one transaction leaves it with the newest, and none is accepted twice when all come again', () => {
    let state = after([event(1, T)]);
    const labels = Array.from({ length: 600 }, (_, i) => ({ ...reversal(10 + i, 1, 0), kind: i % 3 === 0 ? 'fraud' : 'genuine' }) as const); // prettier-ignore
    for (const label of labels) state = amend(state, label, PARAMETERS).state;
    expect(feature(state, 'acct_fraud_cnt_60d', event(9, T + 1))).toBe(0);
    for (const label of labels) {
      const isKnown = findAmendment(state, label.identity) !== null;
      expect(isKnown || admitAmendment(state, label, CLOCK) === 'too_late').toBe(true);
    }
  });
});
