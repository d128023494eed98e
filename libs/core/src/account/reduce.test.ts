import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  AccountOracle,
  accountStreams,
  type AccountStep,
  isEvent,
  reducerParameters,
  runEngine,
  NO_CONTEXT,
  stateAfter,
  stepsOf,
} from '#libs/testkit';
import type { ReducerParameters } from '../event.ts';
import { TransientFault } from '../faults.ts';
import { DAY_MS, HOUR_MS } from '../time.ts';
import { encodeAccount, sameState } from './account-codec.ts';
import type { DecidedEvent } from './account-event.ts';
import { emptyAccount, type AccountState } from './account-state.ts';
import { findIdentity } from './lookup.ts';
import { decodeOverflow } from './overflow.ts';
import { reduce } from './reduce.ts';
import { LONGEST_WINDOW_MS } from './reducer-parameters.ts';

const T = Date.UTC(2026, 0, 1);
const PARAMETERS = { version: 1, allowedLatenessMs: DAY_MS, logCap: 4 };

function event(seq: number, eventTimeMs: number): DecidedEvent {
  return {
    identity: { high: seq << 26, low: seq },
    content: seq,
    eventTimeMs,
    amountMinor: 100 * seq,
    currency: 'EUR',
    counterparty: 0,
    ...NO_CONTEXT,
    outcome: 'hold',
    riskScore: 600 + seq,
    seq,
  };
}

function after(times: readonly number[], parameters = PARAMETERS): AccountState {
  return times.reduce((state, time, i) => reduce(state, event(i + 1, time), parameters).state, emptyAccount());
}

function follow(oracle: AccountOracle, step: AccountStep, parameters: ReducerParameters): void {
  if (isEvent(step)) oracle.apply(step, parameters);
  else oracle.amend(step, parameters);
}

function rowsOf({ events }: AccountState, column: 'seqs' | 'timesMs'): number[] {
  return [...events[column].subarray(events.first, events.end)];
}

describe('the state', () => {
  it('keeps dedup entries where the oracle does, in the log and in overflow records', { timeout: 60_000 }, () => {
    fc.assert(
      fc.property(accountStreams({ maxDeliveries: 60 }), (stream) => {
        const oracle = new AccountOracle();
        const run = runEngine(stream, { between: 'memory' });
        for (const step of stepsOf(run)) follow(oracle, step, stream.parameters);
        expect(sameState(run.state, oracle.state)).toBe(true);
        const found = [...run.overflow.values()].flatMap((record) => decodeOverflow(record));
        const known = found.filter(({ eventTimeMs }) => eventTimeMs > run.state.floorMs);
        expect(new Set(known.map(({ identity }) => identity))).toEqual(new Set(oracle.overflow.map(({ identity }) => identity))); // prettier-ignore
      }),
      { numRuns: 200 },
    );
  });

  it('equals the oracle’s when the parameters change between events', { timeout: 60_000 }, () => {
    fc.assert(
      fc.property(accountStreams({ maxDeliveries: 40 }), reducerParameters, (stream, others) => {
        const oracle = new AccountOracle();
        let state = emptyAccount();
        for (const step of stepsOf(runEngine(stream, { between: 'memory' }))) {
          const parameters = step.seq % 5 < 3 ? stream.parameters : others;
          follow(oracle, step, parameters);
          state = stateAfter(state, step, parameters);
          expect(encodeAccount(state, null)).toEqual(encodeAccount(oracle.state, null));
        }
      }),
      { numRuns: 200 },
    );
  });

  it('holds the newest reachable events by (time, seq), whatever the order they came in', { timeout: 60_000 }, () => {
    fc.assert(
      fc.property(accountStreams({ maxDeliveries: 40 }), (stream) => {
        const { fates, state } = runEngine(stream, { between: 'memory' });
        const { allowedLatenessMs, logCap } = stream.parameters;
        const reachable = fates
          .flatMap((fate) => (fate.type === 'transaction' && fate.event !== null ? [fate.event] : []))
          .filter((made) => made.eventTimeMs > state.watermarkMs - allowedLatenessMs - LONGEST_WINDOW_MS)
          .toSorted((a, b) => a.eventTimeMs - b.eventTimeMs || a.seq - b.seq);
        expect(rowsOf(state, 'seqs')).toEqual(reachable.slice(-logCap).map(({ seq }) => seq));
        expect(state.truncatedMs > -Infinity).toBe(reachable.length > logCap);
      }),
    );
  });

  it('of one state by two events gives two states that know nothing of each other', () => {
    const before = after([T, T + 5], { ...PARAMETERS, logCap: 9 });
    const one = reduce(before, event(3, T + 9), PARAMETERS).state;
    const other = reduce(before, event(4, T + 8), PARAMETERS).state;
    const later = reduce(one, event(5, T + 10), PARAMETERS).state;
    expect([before, one, other, later].map((state) => rowsOf(state, 'timesMs'))).toEqual([
      [T, T + 5],
      [T, T + 5, T + 9],
      [T, T + 5, T + 8],
      [T, T + 5, T + 9, T + 10],
    ]);
  });

  it('is a new one: the state before keeps its bytes', () => {
    const before = after([T, T + 5, T + 9, T + 9]);
    const bytes = encodeAccount(before, null);
    reduce(before, event(9, T + 7), PARAMETERS);
    expect(encodeAccount(before, null)).toEqual(bytes);
  });

  it('orders events of one millisecond by seq, before and after late ones', () => {
    expect(rowsOf(after([T, T + 5, T, T + 5], { ...PARAMETERS, logCap: 9 }), 'seqs')).toEqual([1, 3, 2, 4]);
  });

  it('keeps 60 days and the lateness before the watermark, and raises the floor by what leaves', () => {
    const edge = T - LONGEST_WINDOW_MS - DAY_MS;
    const state = after([edge, edge + 1, T], { ...PARAMETERS, logCap: 9 });
    expect(rowsOf(state, 'timesMs')).toEqual([edge + 1, T]);
    expect(state).toMatchObject({ floorMs: edge, truncatedMs: -Infinity, firstSeenMs: edge, watermarkMs: T });
  });

  it('says up to when the cap has cut the log, until no window reaches it', () => {
    const times = [0, 1, 2, 3, 4].map((hours) => T - 3 * DAY_MS + hours * HOUR_MS);
    const cut = after([...times, T]);
    expect(cut).toMatchObject({ truncatedMs: times[1], floorMs: times[1], overflowMs: -Infinity });
    const reached = reduce(cut, event(7, times[1]! + LONGEST_WINDOW_MS + DAY_MS - 1), PARAMETERS).state;
    expect(reached.truncatedMs).toBe(times[2]);
    expect(reduce(reached, event(8, T + 90 * DAY_MS), PARAMETERS).state.truncatedMs).toBe(-Infinity);
  });

  it('evicts what the cap pushes out while its identity may still be accepted', () => {
    const full = after([T, T + 1, T + 2, T + 3]);
    const { state, evicted } = reduce(full, event(5, T + 4), PARAMETERS);
    expect(evicted).toEqual([
      { identity: { high: 1 << 26, low: 1 }, content: 1, eventTimeMs: T, outcome: 'hold', riskScore: 601 },
    ]);
    expect(state).toMatchObject({ overflowMs: T, floorMs: T + 4 - DAY_MS - 1 });
    expect(findIdentity(state, { high: 1 << 26, low: 1 })).toBeNull();
  });

  it('evicts a late event that is older than a full log at once', () => {
    const { state, evicted } = reduce(after([T, T + 1, T + 2, T + 3]), event(5, T - 1), PARAMETERS);
    expect(evicted).toMatchObject([{ content: 5 }]);
    expect(rowsOf(state, 'seqs')).toEqual([1, 2, 3, 4]);
    expect(state).toMatchObject({ firstSeenMs: T - 1, overflowMs: T - 1, truncatedMs: T - 1 });
  });

  it('forgets the overflow when all of it is too old to come again, and refuses what it held', () => {
    const overflowing = after([T, T + 1, T + 2, T + 3, T + 4]);
    const later = reduce(overflowing, event(6, T + DAY_MS + 1), PARAMETERS).state;
    expect(later.overflowMs).toBe(T + 1);
    const past = reduce(later, event(7, T + DAY_MS + 2), { ...PARAMETERS, logCap: 9 }).state;
    expect(past).toMatchObject({ overflowMs: -Infinity, floorMs: T + 1 });
  });

  it('is not computed for a reducer of a newer build', () => {
    const run = (): unknown => reduce(emptyAccount(), event(1, T), { ...PARAMETERS, version: 3 });
    expect(run).toThrow(TransientFault);
    expect(run).toThrow(expect.objectContaining({ code: 'newer_reducer' }));
  });
});

describe('a known transaction', () => {
  it('is found with its decision, its content and its seq', () => {
    const state = after([T, T + 5, T + 2]);
    expect(findIdentity(state, { high: 3 << 26, low: 3 })).toEqual({
      outcome: 'hold',
      riskScore: 603,
      seq: 3,
      content: 3,
      eventTimeMs: T + 2,
    });
    expect(findIdentity(state, { high: 3, low: 3 })).toBeNull();
  });
});
