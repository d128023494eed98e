import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { accountStreams, runEngine, type EngineRun, NO_CONTEXT, stepsOf } from '#libs/testkit';
import { TransientFault } from '../faults.ts';
import { DAY_MS } from '../time.ts';
import { decodeAccount, encodeAccount, sameState } from './account-codec.ts';
import { emptyAccount, type AccountState } from './account-state.ts';
import type { DecidedEvent } from './account-event.ts';
import { CorruptRecord, sealRecord } from './record-envelope.ts';
import { reduce } from './reduce.ts';

const T = Date.UTC(2026, 0, 1);
const PARAMETERS = { version: 1, allowedLatenessMs: DAY_MS, logCap: 512 };

function event(seq: number, eventTimeMs: number, amountMinor = 1000): DecidedEvent {
  return {
    identity: { high: 0xffffffff - seq, low: seq },
    content: seq,
    eventTimeMs,
    amountMinor,
    currency: 'EUR',
    counterparty: 3,
    ...NO_CONTEXT,
    outcome: 'approve',
    riskScore: null,
    seq,
  };
}

function after(events: readonly DecidedEvent[], parameters = PARAMETERS): AccountState {
  return events.reduce((state, made) => reduce(state, made, parameters).state, emptyAccount());
}

function seqsOf({ events }: AccountState): number[] {
  return [...events.seqs.subarray(events.first, events.end)];
}

function decisionsOf(run: EngineRun): unknown {
  return run.fates;
}

describe('an account record', () => {
  it('gives back the state that it was made of', { timeout: 60_000 }, () => {
    fc.assert(
      fc.property(accountStreams({ maxDeliveries: 40 }), fc.nat(), (stream, ahead) => {
        const run = runEngine(stream, { between: 'memory' });
        const { state } = run;
        const version = stepsOf(run).length + ahead;
        expect(sameState(decodeAccount(encodeAccount(state, null), version), state)).toBe(true);
      }),
    );
  });

  it(
    'written before its seqs are known equals the one written after, whatever other commits come between',
    { timeout: 60_000 },
    () => {
      const others = fc.array(fc.oneof(fc.constant(0), fc.nat(1000)), { minLength: 1 });
      const seqs = fc.constantFrom(0, 2 ** 32 - 20, 2 ** 40);
      fc.assert(
        fc.property(accountStreams({ maxDeliveries: 40 }), others, seqs, (stream, taken, seqBefore) => {
          const othersAt = (batch: number): number => taken[batch % taken.length] as number;
          const bytes = runEngine(stream, { between: 'bytes', othersAt, seqBefore });
          const memory = runEngine(stream, { between: 'memory', othersAt, seqBefore });
          expect(sameState(bytes.state, memory.state)).toBe(true);
          expect(decisionsOf(bytes)).toEqual(decisionsOf(memory));
        }),
        { numRuns: 200 },
      );
    },
  );

  it('holds planned events as distances before the version that they will make', () => {
    const state = after([event(7, T), event(21, T + 1), event(23, T + 2)]);
    const record = encodeAccount(state, { base: 20, last: 25 });
    expect(seqsOf(decodeAccount(record, 25))).toEqual([7, 21, 23]);
    expect(seqsOf(decodeAccount(record, 125))).toEqual([7, 121, 123]);
    expect(encodeAccount(decodeAccount(record, 25), null)).toEqual(encodeAccount(state, null));
  });

  it('is exact beyond 2^32 seqs', () => {
    const state = after([event(2 ** 32 - 1, T), event(2 ** 32 + 5, T + 1)]);
    expect(sameState(decodeAccount(encodeAccount(state, null), 2 ** 33 - 2), state)).toBe(true);
  });

  it('is exact over 400 days and up to 10^12 minor units, and takes 15 bytes an event where little is needed', () => {
    const parameters = { ...PARAMETERS, allowedLatenessMs: 400 * DAY_MS };
    const long = after([event(1, T), event(2, T + 400 * DAY_MS, 10 ** 12), event(3, T + 400 * DAY_MS)], parameters);
    expect(sameState(decodeAccount(encodeAccount(long, null), 3), long)).toBe(true);
    const times = Array.from({ length: 100 }, (_, i) => event(i + 1, T + i * 1000));
    expect(encodeAccount(after(times), null)).toHaveLength(1616);
  });

  it('may begin anywhere in its buffer', () => {
    const state = after([event(1, T), event(2, T + 1)]);
    const record = encodeAccount(state, null);
    const shifted = new Uint8Array(record.length + 3);
    shifted.set(record, 3);
    expect(sameState(decodeAccount(shifted.subarray(3), 2), state)).toBe(true);
  });

  it('of an empty account is not no record', () => {
    expect(sameState(decodeAccount(encodeAccount(emptyAccount(), null), 0), emptyAccount())).toBe(true);
  });

  it('is refused when any byte of it is changed, cut off or added', () => {
    const record = encodeAccount(after([event(1, T), event(2, T + 1)]), null);
    for (let at = 0; at < record.length; at++) {
      for (const flip of [1, 0x80, 0xff]) {
        const damaged = record.slice();
        damaged[at]! ^= flip;
        expect(() => decodeAccount(damaged, 2)).toThrow(CorruptRecord);
      }
      expect(() => decodeAccount(record.subarray(0, at), 2)).toThrow(CorruptRecord);
    }
    expect(() => decodeAccount(new Uint8Array([...record, 0, 0, 0, 0]), 2)).toThrow(CorruptRecord);
    expect(() => decodeAccount(new Uint8Array(0), 2)).toThrow(CorruptRecord);
  });

  it('is refused whatever else the bytes are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), fc.boolean(), (bytes, isLabelled) => {
        if (isLabelled && bytes.length > 1) bytes.set([0xa7, 1 + (bytes.length % 3)]);
        expect(() => decodeAccount(bytes, 1000)).toThrow(CorruptRecord);
      }),
    );
  });

  it('is refused when its events are not in order, though its checksum is right', () => {
    const state = after([event(1, T), event(2, T + 1)]);
    const tied = {
      ...state,
      events: { ...state.events, timesMs: Float64Array.of(T, T), seqs: Float64Array.of(2, 1) },
    };
    expect(() => decodeAccount(encodeAccount(tied, null), 2)).toThrow(CorruptRecord);
  });

  it('is refused when it is longer or shorter than its events need, though its checksum is right', () => {
    const record = encodeAccount(after([event(1, T), event(2, T + 1)]), null);
    const kind = { name: 'account record', kind: 0xa7, newestVersion: 3 };
    const longer = sealRecord(new Uint8Array([...record, 0, 0, 0, 0]), kind);
    expect(() => decodeAccount(longer, 2)).toThrow(CorruptRecord);
    const shorter = sealRecord(new Uint8Array(record.subarray(0, record.length - 4)), kind);
    expect(() => decodeAccount(shorter, 2)).toThrow(CorruptRecord);
    const header = sealRecord(new Uint8Array(record.subarray(0, 24)), kind);
    expect(() => decodeAccount(header, 2)).toThrow(CorruptRecord);
  });

  it('is refused when it is a sound record of another kind', () => {
    const record = new Uint8Array(encodeAccount(after([event(1, T)]), null));
    const other = sealRecord(record, { name: 'overflow record', kind: 0xa8, newestVersion: 1 });
    expect(() => decodeAccount(other, 1)).toThrow(CorruptRecord);
  });

  it('of a newer format is a transient fault, never a fresh account', () => {
    const record = encodeAccount(after([event(1, T)]), null);
    const newer = sealAs(record, 4);
    expect(() => decodeAccount(newer, 1)).toThrow(TransientFault);
    expect(() => decodeAccount(newer, 1)).toThrow(expect.objectContaining({ code: 'newer_format' }));
    expect(() => decodeAccount(sealAs(record, 0), 1)).toThrow(CorruptRecord);
  });

  it('of the format that was never released is made anew, not misread', () => {
    const record = encodeAccount(after([event(1, T)]), null);
    expect(() => decodeAccount(sealAs(record, 2), 1)).toThrow(CorruptRecord);
  });

  it('that is newer than the version it is read with is a transient fault', () => {
    const torn = expect.objectContaining({ code: 'torn_read' });
    const state = after([event(7, T), event(21, T + 1)]);
    expect(() => decodeAccount(encodeAccount(state, { base: 20, last: 25 }), 20)).toThrow(torn);
    expect(() => decodeAccount(encodeAccount(state, null), 20)).toThrow(torn);
    expect(sameState(decodeAccount(encodeAccount(state, null), 21), state)).toBe(true);
  });
});

/** The record as another build would seal it: same envelope, other format. */
function sealAs(record: Uint8Array, version: number): Uint8Array {
  return sealRecord(new Uint8Array(record), { name: 'account record', kind: 0xa7, newestVersion: version });
}
