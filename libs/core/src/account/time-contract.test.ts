import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { accountStreams, isEvent, runEngine, NO_CONTEXT, stateAfter, stepsOf } from '#libs/testkit';
import { ACCOUNT_FEATURE_INDEX } from '../features/account-features.ts';
import { accountVector } from '../features/compute-vector.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../time.ts';
import type { DecidedEvent } from './account-event.ts';
import { emptyAccount, type AccountState } from './account-state.ts';
import { admit } from './admission.ts';
import { findIdentity } from './lookup.ts';
import { reduce } from './reduce.ts';

const T = Date.UTC(2026, 4, 14, 9);
const PARAMETERS = { version: 1, allowedLatenessMs: DAY_MS, logCap: 512 };
const LIMITS = { nowMs: T, allowedLatenessMs: DAY_MS, maxFutureSkewMs: 5 * MINUTE_MS, partitionFloorMs: null };

function event(seq: number, eventTimeMs: number): DecidedEvent {
  return {
    identity: { high: seq, low: seq },
    content: seq,
    eventTimeMs,
    amountMinor: 1000,
    currency: 'EUR',
    counterparty: 0,
    ...NO_CONTEXT,
    outcome: 'approve',
    riskScore: 1,
    seq,
  };
}

function after(...events: readonly DecidedEvent[]): AccountState {
  return events.reduce((state, made) => reduce(state, made, PARAMETERS).state, emptyAccount());
}

function lastHour(state: AccountState, eventTimeMs: number): number {
  return accountVector(state, event(99, eventTimeMs))[ACCOUNT_FEATURE_INDEX.acct_cnt_1h] as number;
}

describe('rule 1: event time decides', () => {
  it('windows and the watermark follow event times, not the order of arrival', () => {
    const state = after(event(1, T), event(2, T - 2 * HOUR_MS), event(3, T - MINUTE_MS));
    expect(state.watermarkMs).toBe(T);
    expect(lastHour(state, T)).toBe(2);
  });

  it('the wall clock can only refuse: any clock that admits gives the same answer', () => {
    const clocks = fc.integer({ min: T - 5 * MINUTE_MS, max: T + 10_000 * DAY_MS });
    const state = after(event(1, T - HOUR_MS));
    fc.assert(
      fc.property(clocks, (nowMs) => {
        expect(admit(state, event(2, T), { ...LIMITS, nowMs })).toBe('accepted');
      }),
    );
  });
});

describe('rule 2: a window of length W at time t is (t - W, t]', () => {
  it('excludes what is exactly W old, the transaction itself, and what is later', () => {
    const state = after(event(1, T - HOUR_MS), event(2, T - HOUR_MS + 1), event(3, T + 1));
    expect(lastHour(state, T)).toBe(1);
  });

  it('orders transactions of the same millisecond by seq: the second sees the first', () => {
    expect(lastHour(after(event(1, T)), T)).toBe(1);
    expect(lastHour(after(), T)).toBe(0);
  });
});

describe('rule 3: late events', () => {
  it('a new one as old as the lateness allows is scored, one millisecond older is too late', () => {
    const state = after(event(1, T));
    expect(admit(state, event(2, T - DAY_MS), LIMITS)).toBe('late');
    expect(admit(state, event(2, T - DAY_MS - 1), LIMITS)).toBe('too_late');
    expect(admit(state, event(2, T), LIMITS)).toBe('accepted');
  });

  it('is scored as of its own time and counts in every later window that contains it', () => {
    const before = after(event(1, T - 3 * HOUR_MS), event(2, T));
    expect(lastHour(before, T - 2.5 * HOUR_MS)).toBe(1);
    const state = reduce(before, event(3, T - HOUR_MS + 1), PARAMETERS).state;
    expect(lastHour(state, T)).toBe(2);
    expect(lastHour(state, T - HOUR_MS)).toBe(0);
  });

  it('a known transaction is known however old', () => {
    const state = after(event(1, T - 50 * DAY_MS), event(2, T));
    expect(findIdentity(state, { high: 1, low: 1 })).toMatchObject({ seq: 1 });
  });

  it('a decision already given is not changed by a later arrival', () => {
    const state = after(event(1, T), event(2, T - HOUR_MS));
    expect(findIdentity(state, { high: 1, low: 1 })).toMatchObject({ outcome: 'approve', riskScore: 1, seq: 1 });
  });

  it('the watermark is the greatest accepted event time and never goes back', { timeout: 60_000 }, () => {
    fc.assert(
      fc.property(accountStreams({ maxDeliveries: 30 }), (stream) => {
        let state = emptyAccount();
        for (const step of stepsOf(runEngine(stream, { between: 'memory' }))) {
          const next = stateAfter(state, step, stream.parameters);
          expect(next.watermarkMs).toBe(Math.max(state.watermarkMs, isEvent(step) ? step.eventTimeMs : -Infinity));
          expect(next.floorMs).toBeGreaterThanOrEqual(state.floorMs);
          state = next;
        }
      }),
    );
  });

  it(
    'the lateness alone decides, whatever was dropped: the floor never refuses what rule 3 admits',
    { timeout: 60_000 },
    () => {
      fc.assert(
        fc.property(accountStreams({ maxDeliveries: 60 }), (stream) => {
          let watermarkMs = -Infinity;
          for (const fate of runEngine(stream, { between: 'memory' }).fates) {
            if (fate.type === 'amendment') continue;
            const { kind, delivery } = fate;
            if (kind === 'duplicate' || kind === 'conflict') continue;
            const { eventTimeMs } = delivery.event;
            const isTooLate = eventTimeMs < watermarkMs - stream.parameters.allowedLatenessMs;
            expect(!delivery.isObserved && (kind === 'too_late') !== isTooLate).toBe(false);
            if (kind !== 'too_late') watermarkMs = Math.max(watermarkMs, eventTimeMs);
          }
        }),
        { numRuns: 200 },
      );
    },
  );

  it('nothing new is accepted at or below the account’s floor or the partition’s', () => {
    const state = { ...after(event(1, T)), floorMs: T - HOUR_MS };
    expect(admit(state, event(2, T - HOUR_MS), LIMITS)).toBe('too_late');
    expect(admit(state, event(2, T - HOUR_MS + 1), LIMITS)).toBe('late');
    const floored = { ...LIMITS, partitionFloorMs: T };
    expect(admit(emptyAccount(), event(2, T), floored)).toBe('too_late');
    expect(admit(emptyAccount(), event(2, T + 1), floored)).toBe('accepted');
  });
});

describe('rule 4: clocks that run ahead', () => {
  it('an event further ahead than the skew is refused, one at the skew is not', () => {
    expect(admit(emptyAccount(), event(1, T + 5 * MINUTE_MS), LIMITS)).toBe('accepted');
    expect(admit(emptyAccount(), event(1, T + 5 * MINUTE_MS + 1), LIMITS)).toBe('from_the_future');
  });

  it('an event that is too late is so whatever the clock says', () => {
    expect(admit(after(event(1, T)), event(2, T - 2 * DAY_MS), { ...LIMITS, nowMs: 0 })).toBe('too_late');
  });
});
