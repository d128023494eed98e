import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { accountStreams, isEvent, NO_CONTEXT, runEngine, stateAfter, stepsOf, type AccountStep } from '#libs/testkit';
import { ACCOUNT_FEATURE_INDEX, type AccountFeatureName } from '../features/account-features.ts';
import { accountVector } from '../features/compute-vector.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../time.ts';
import { encodeAccount } from './account-codec.ts';
import type { DecidedEvent } from './account-event.ts';
import { emptyAccount, type AccountState } from './account-state.ts';
import { entriesOf } from './amendment-table.ts';
import { admitAmendment } from './amendment-admission.ts';
import { amend } from './amend.ts';
import type { Amendment, RecordedAmendment } from './amendment.ts';
import { findIdentity } from './lookup.ts';

const T = Date.UTC(2026, 4, 14, 9);
const PARAMETERS = { version: 2, allowedLatenessMs: DAY_MS, logCap: 512 };

function event(seq: number, eventTimeMs: number, amountMinor = 1000): DecidedEvent {
  return {
    identity: { high: seq, low: seq },
    content: seq,
    eventTimeMs,
    amountMinor,
    currency: 'EUR',
    counterparty: 0,
    ...NO_CONTEXT,
    outcome: 'hold',
    riskScore: 7,
    seq,
  };
}

/** Said of event `target`, five days later. */
function said(seq: number, target: number, kind: Amendment['kind'], amountMinor = 0): RecordedAmendment {
  const identity = { high: 99, low: seq };
  return {
    kind,
    identity,
    content: 1,
    timeMs: T + 5 * DAY_MS,
    target: { high: target, low: target },
    amountMinor,
    seq,
  };
}

function folded(...steps: readonly AccountStep[]): AccountState {
  return steps.reduce((state, step) => stateAfter(state, step, PARAMETERS), emptyAccount());
}

function feature(state: AccountState, name: AccountFeatureName): number {
  return accountVector(state, event(999, T))[ACCOUNT_FEATURE_INDEX[name]] as number;
}

describe('rule 5: restatement', () => {
  it('a reversal takes its amount out of every later vector, and its transaction stays one', () => {
    const before = folded(event(1, T - HOUR_MS / 2), event(2, T - 1));
    const state = amend(before, said(3, 1, 'reversal', 1000), PARAMETERS).state;
    expect([before, state].map((one) => feature(one, 'acct_sum_1h'))).toEqual([20, 10].map((sum) => Math.fround(Math.log1p(sum)))); // prettier-ignore
    expect([before, state].map((one) => feature(one, 'acct_cnt_1h'))).toEqual([2, 2]);
  });

  it('a label counts from then on, and a correction takes it back', () => {
    const before = folded(event(1, T - DAY_MS), event(2, T - 1));
    const labelled = amend(before, said(3, 1, 'fraud'), PARAMETERS).state;
    const corrected = amend(labelled, said(4, 1, 'genuine'), PARAMETERS).state;
    expect([before, labelled, corrected].map((state) => feature(state, 'acct_fraud_cnt_60d'))).toEqual([0, 1, 0]);
  });

  it('what the issuer declined after all leaves with all of its amount', () => {
    const state = folded(event(1, T - 1), said(2, 1, 'declined', Infinity));
    expect(feature(state, 'acct_sum_1h')).toBe(0);
    expect(feature(state, 'acct_mean_incl_7d')).toBe(10);
  });

  it('what the issuer approved or challenged is remembered, and changes no input, of an account check neither', () => {
    for (const amountMinor of [1000, 0]) {
      const paid = { ...event(1, T - 1), amountMinor };
      const [before, after] = [[], [said(2, 1, 'challenged'), said(3, 1, 'approved')]].map((list) => folded(paid, ...list)) as [AccountState, AccountState]; // prettier-ignore
      expect(accountVector(after, event(999, T))).toEqual(accountVector(before, event(999, T)));
      expect(entriesOf(after.amendments).map(({ kind, fate }) => [kind, fate])).toEqual([['challenged', 'applied'], ['approved', 'applied']]); // prettier-ignore
    }
  });

  it('a decline is final: what is said later gives nothing back', () => {
    const state = folded(event(1, T - 1), said(2, 1, 'declined', Infinity), said(3, 1, 'approved'));
    expect(feature(state, 'acct_sum_1h')).toBe(0);
  });

  it('a decision already given is not changed by what is said of its transaction', () => {
    const state = folded(event(1, T), said(2, 1, 'genuine'), said(3, 1, 'reversal', Infinity));
    expect(findIdentity(state, { high: 1, low: 1 })).toMatchObject({
      outcome: 'hold',
      riskScore: 7,
      seq: 1,
      content: 1,
    });
  });

  it('no amendment moves the watermark, a floor of transactions, a profile or a decision', { timeout: 60_000 }, () => {
    const kept = ({ events, watermarkMs, floorMs, firstSeenMs, amountProfile, timeProfile, tiles }: AccountState) => {
      const rows = Array.from({ length: events.end - events.first }, (_, i) => {
        const identity = { high: events.identityHigh[events.first + i]!, low: events.identityLow[events.first + i]! };
        return findIdentity({ ...emptyAccount(), events }, identity);
      });
      return { rows, watermarkMs, floorMs, firstSeenMs, amountProfile, timeProfile, tiles };
    };
    fc.assert(
      fc.property(accountStreams({ maxDeliveries: 30 }), (stream) => {
        let state = emptyAccount();
        for (const step of stepsOf(runEngine(stream, { between: 'memory' }))) {
          const next = stateAfter(state, step, stream.parameters);
          const compared = isEvent(step) ? next : state;
          expect(kept(next)).toEqual(kept(compared));
          state = next;
        }
      }),
    );
  });

  it('what is said before a transaction comes is as if it had been said right after', () => {
    const kinds = fc.constantFrom<Amendment['kind']>('fraud', 'genuine', 'reversal', 'refund', 'declined', 'approved', 'challenged'); // prettier-ignore
    const amounts = fc.constantFrom(0, 1, 999, 1000, 1001, Infinity);
    fc.assert(
      fc.property(fc.array(fc.tuple(kinds, amounts), { maxLength: 5 }), fc.nat(3), (list, waitingFor) => {
        const events = [0, 1, 2, 3].map((i) => event(10 + i, T - 100 + i));
        const amendments = list.map(([kind, amountMinor], i) => said(i + 1, 10 + waitingFor, kind, amountMinor));
        const late = amendments.map((one) => ({ ...one, seq: one.seq + 50 }));
        const early = folded(...amendments, ...events);
        const states = [early, folded(...events, ...late)];
        const [one, other] = states.map((state) => accountVector(state, event(999, T)));
        expect(one).toEqual(other);
        const rows = states.map(({ events: { first, end, verdicts, amountsMinor } }) => [
          [...verdicts.subarray(first, end)],
          [...amountsMinor.subarray(first, end)],
        ]);
        expect(rows[0]).toEqual(rows[1]);
      }),
    );
  });

  it('is not late: what is said weeks after its transaction is accepted, however far the watermark is', () => {
    const state = folded(event(1, T), event(2, T + 30 * DAY_MS));
    const limits = { nowMs: T + 40 * DAY_MS, maxFutureSkewMs: 5 * MINUTE_MS, partitionFloorMs: null };
    expect(admitAmendment(state, { timeMs: T + DAY_MS }, limits)).toBe('accepted');
    expect(admitAmendment(state, { timeMs: T + 41 * DAY_MS }, limits)).toBe('from_the_future');
  });
});

describe('wall-clock independence', () => {
  it('the same input with the clock moved by a year gives the same bytes', { timeout: 60_000 }, () => {
    fc.assert(
      fc.property(accountStreams({ maxDeliveries: 30 }), fc.nat(1000 * DAY_MS), (stream, aheadMs) => {
        const times = stream.batches.flat().map((one) => (one.type === 'amendment' ? one.amendment.timeMs : one.event.eventTimeMs)); // prettier-ignore
        const nowMs = Math.max(...times) + aheadMs;
        const [run, moved] = [nowMs, nowMs + 365 * DAY_MS].map((now) => runEngine(stream, { between: 'bytes', nowMs: now })); // prettier-ignore
        expect(moved!.fates).toEqual(run!.fates);
        expect(encodeAccount(moved!.state, null)).toEqual(encodeAccount(run!.state, null));
      }),
    );
  });
});
