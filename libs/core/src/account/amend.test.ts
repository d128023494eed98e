import { describe, expect, it } from 'vitest';
import { NO_CONTEXT } from '#libs/testkit';
import { TransientFault } from '../faults.ts';
import { DAY_MS, HOUR_MS } from '../time.ts';
import { decodeAccount, encodeAccount, sameState } from './account-codec.ts';
import { emptyAccount, type AccountState } from './account-state.ts';
import { amend, findAmendment } from './amend.ts';
import { admitAmendment } from './amendment-admission.ts';
import type { AmendmentKind, RecordedAmendment } from './amendment.ts';
import type { DecidedEvent } from './account-event.ts';
import { reduce } from './reduce.ts';

const T = Date.UTC(2026, 0, 1);
const PARAMETERS = { version: 2, allowedLatenessMs: DAY_MS, logCap: 512 };
const DEVICE = { high: 5, low: 6 };

function event(seq: number, eventTimeMs: number, fields: Partial<DecidedEvent> = {}): DecidedEvent {
  return {
    identity: { high: 1000 + seq, low: seq },
    content: seq,
    eventTimeMs,
    amountMinor: 1000,
    currency: 'EUR',
    counterparty: 3,
    ...NO_CONTEXT,
    entities: { ...NO_CONTEXT.entities, device: DEVICE },
    outcome: 'approve',
    riskScore: null,
    seq,
    ...fields,
  };
}

function after(...events: readonly DecidedEvent[]): AccountState {
  return events.reduce((state, made) => reduce(state, made, PARAMETERS).state, emptyAccount());
}

/** An amendment of event `target`. */
function amendment(
  seq: number,
  target: number,
  fields: Partial<RecordedAmendment> & { kind: AmendmentKind },
): RecordedAmendment {
  const amountMinor = fields.kind === 'declined' ? Infinity : 0;
  return {
    identity: { high: seq, low: 7 },
    content: seq,
    timeMs: T + 10 * DAY_MS,
    target: { high: 1000 + target, low: target },
    amountMinor,
    seq,
    ...fields,
  };
}

function pendingOf(count: number, state = after(event(1, T))): AccountState {
  return Array.from({ length: count }, (_, i) => i).reduce(
    (now, i) =>
      amend(now, amendment(100 + i, 50, { kind: 'reversal', timeMs: T + i, amountMinor: 1 + i }), PARAMETERS).state,
    state,
  );
}

describe('an amendment', () => {
  it('says what its transaction was and what it changed', () => {
    const state = after(event(1, T), event(2, T + 1, { amountMinor: 700 }));
    const { effect } = amend(state, amendment(3, 2, { kind: 'reversal', amountMinor: 300 }), PARAMETERS);
    expect(effect).toEqual({
      eventTimeMs: T + 1,
      amountMinor: 700,
      currency: 'EUR',
      removedMinor: 300,
      entities: { ...NO_CONTEXT.entities, device: DEVICE },
      labelBefore: null,
      labelAfter: null,
    });
  });

  it('knows the currency of a transaction in another than the account’s', () => {
    const state = after(event(1, T), event(2, T + 1, { currency: 'JPY' }));
    const { effect } = amend(state, amendment(3, 2, { kind: 'declined' }), PARAMETERS);
    expect(effect).toMatchObject({ currency: 'JPY', amountMinor: 1000, removedMinor: 1000 });
  });

  it('takes no more than there is, and what is taken is not taken twice', () => {
    let state = after(event(1, T));
    const removed: (number | undefined)[] = [];
    for (const [seq, amountMinor] of [
      [2, 400],
      [3, 700],
      [4, 1],
    ] as const) {
      const amended = amend(state, amendment(seq, 1, { kind: 'refund', amountMinor }), PARAMETERS);
      removed.push(amended.effect?.removedMinor);
      state = amended.state;
    }
    expect(removed).toEqual([400, 600, 0]);
  });

  it('leaves the state before as it was', () => {
    const state = after(event(1, T));
    const bytes = encodeAccount(state, null);
    amend(state, amendment(2, 1, { kind: 'fraud' }), PARAMETERS);
    expect(encodeAccount(state, null)).toEqual(bytes);
  });

  it('is found again with its content, and whether it was applied', () => {
    const { state } = amend(after(event(1, T)), amendment(2, 1, { kind: 'fraud' }), PARAMETERS);
    expect(findAmendment(state, { high: 2, low: 7 })).toEqual({
      content: 2,
      matched: true,
      seq: 2,
      timeMs: T + 10 * DAY_MS,
    });
    expect(findAmendment(state, { high: 3, low: 7 })).toBeNull();
  });

  it('is not computed for a reducer of a newer build', () => {
    const run = (): unknown => amend(after(), amendment(1, 1, { kind: 'fraud' }), { ...PARAMETERS, version: 3 });
    expect(run).toThrow(TransientFault);
  });

  it('is written with a distance when it is planned, and read with the seq of the version', () => {
    const { state } = amend(after(event(7, T)), amendment(21, 7, { kind: 'fraud' }), PARAMETERS);
    const record = encodeAccount(state, { base: 20, last: 25 });
    const final = amend(after(event(7, T)), { ...amendment(21, 7, { kind: 'fraud' }), seq: 121 }, PARAMETERS).state;
    expect(sameState(decodeAccount(record, 125), final)).toBe(true);
    expect(() => decodeAccount(record, 20)).toThrow(expect.objectContaining({ code: 'torn_read' }));
  });
});

describe('a label', () => {
  const labelled = (...labels: readonly (readonly [kind: 'fraud' | 'genuine', hours: number])[]) => {
    let state = after(event(1, T));
    return labels.map(([kind, hours], i) => {
      const amended = amend(state, amendment(2 + i, 1, { kind, timeMs: T + hours * HOUR_MS }), PARAMETERS);
      state = amended.state;
      return [amended.effect?.labelBefore, amended.effect?.labelAfter];
    });
  };

  it('is corrected by a later one, and not by one that was reported before it', () => {
    expect(labelled(['fraud', 5], ['genuine', 9], ['fraud', 7])).toEqual([
      [null, 'fraud'],
      ['fraud', 'genuine'],
      ['genuine', 'genuine'],
    ]);
  });

  it('of the same time as another gives way to the one that came last', () => {
    expect(labelled(['fraud', 5], ['genuine', 5])[1]).toEqual(['fraud', 'genuine']);
  });
});

describe('an amendment of a transaction that the account does not know', () => {
  it('waits, and is applied when the transaction comes', () => {
    const waiting = amend(after(event(1, T)), amendment(2, 3, { kind: 'reversal', amountMinor: 250 }), PARAMETERS);
    expect(waiting).toMatchObject({ effect: null, expired: [] });
    expect(findAmendment(waiting.state, { high: 2, low: 7 })).toMatchObject({ matched: false });
    const { state, amended, expired } = reduce(waiting.state, event(3, T + HOUR_MS), PARAMETERS);
    expect(amended).toMatchObject([{ amendment: { kind: 'reversal', amountMinor: 250 }, effect: { amountMinor: 1000, removedMinor: 250 } }]); // prettier-ignore
    expect(expired).toEqual([]);
    expect(findAmendment(state, { high: 2, low: 7 })).toMatchObject({ matched: true });
    expect(reduce(state, event(4, T + HOUR_MS), PARAMETERS).amended).toEqual([]);
  });

  it('waits until the watermark is more than 7 days past it', () => {
    const waiting = amend(after(event(1, T)), amendment(2, 9, { kind: 'fraud', timeMs: T }), PARAMETERS).state;
    const still = reduce(waiting, event(3, T + 7 * DAY_MS), PARAMETERS);
    expect(still.expired).toEqual([]);
    const over = reduce(still.state, event(4, T + 7 * DAY_MS + 1), PARAMETERS);
    expect(over.expired).toMatchObject([{ kind: 'fraud', target: { high: 1009, low: 9 } }]);
    expect(reduce(over.state, event(9, T + 7 * DAY_MS), PARAMETERS).amended).toEqual([]);
    expect(findAmendment(over.state, { high: 2, low: 7 })).toMatchObject({ matched: false });
  });

  it('waits no longer when 32 newer ones do', () => {
    const full = pendingOf(32);
    const one = amend(full, amendment(200, 51, { kind: 'fraud', timeMs: T + 100 }), PARAMETERS);
    expect(one.expired).toMatchObject([{ kind: 'reversal', amountMinor: 1, timeMs: T }]);
    const oldest = amend(full, amendment(200, 51, { kind: 'fraud', timeMs: T - 1 }), PARAMETERS);
    expect(oldest.expired).toMatchObject([{ kind: 'fraud', timeMs: T - 1 }]);
    expect(oldest.effect).toBeNull();
  });
});

describe('what an account remembers of amendments', () => {
  it('is 256; beyond that the oldest go, and nothing as old is accepted any more', () => {
    const state = Array.from({ length: 257 }, (_, i) => i).reduce(
      (now, i) => amend(now, amendment(10 + i, 1, { kind: 'fraud', timeMs: T + i }), PARAMETERS).state,
      after(event(1, T)),
    );
    expect(findAmendment(state, { high: 10, low: 7 })).toBeNull();
    expect(findAmendment(state, { high: 11, low: 7 })).not.toBeNull();
    expect(state.amendmentFloorMs).toBe(T);
    const limits = { nowMs: T + DAY_MS, maxFutureSkewMs: HOUR_MS, partitionFloorMs: null };
    expect(admitAmendment(state, { timeMs: T }, limits)).toBe('too_late');
    expect(admitAmendment(state, { timeMs: T + 1 }, limits)).toBe('accepted');
    expect(admitAmendment(state, { timeMs: T + 1 }, { ...limits, partitionFloorMs: T + 1 })).toBe('too_late');
    expect(admitAmendment(state, { timeMs: T + DAY_MS + HOUR_MS }, limits)).toBe('accepted');
    expect(admitAmendment(state, { timeMs: T + DAY_MS + HOUR_MS + 1 }, limits)).toBe('from_the_future');
  });

  it('goes with the last transaction that it could be about', () => {
    const { state } = amend(after(event(1, T)), amendment(2, 1, { kind: 'fraud', timeMs: T }), PARAMETERS);
    const kept = reduce(state, event(3, T + 61 * DAY_MS - 1), PARAMETERS).state;
    expect(findAmendment(kept, { high: 2, low: 7 })).not.toBeNull();
    const gone = reduce(state, event(3, T + 61 * DAY_MS), PARAMETERS).state;
    expect(findAmendment(gone, { high: 2, low: 7 })).toBeNull();
    expect(gone.amendmentFloorMs).toBe(T);
  });
});
