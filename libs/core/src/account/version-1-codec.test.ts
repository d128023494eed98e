import { describe, expect, it } from 'vitest';
import { HOUR_MS, DAY_MS } from '../time.ts';
import { decodeAccount, encodeAccount, sameState } from './account-codec.ts';
import { emptyAccount, type AccountState } from './account-state.ts';
import type { DecidedEvent } from './account-event.ts';
import { CorruptRecord } from './record-envelope.ts';
import { reduce } from './reduce.ts';
import { VERSION_1_PARAMETERS, VERSION_1_RECORDS, version1Events } from './version-1-records.test-support.ts';

const USUAL = version1Events({ count: 24, stepMs: 5 * HOUR_MS, amountMinor: 1299 });
const WIDE = version1Events({ count: 12, stepMs: 5 * DAY_MS + HOUR_MS + 1, amountMinor: 98_765_432_109 });
const CAPPED = version1Events({ count: 12, stepMs: 2 * HOUR_MS, amountMinor: 5 });

function record(name: keyof typeof VERSION_1_RECORDS): Uint8Array {
  return Uint8Array.from(atob(VERSION_1_RECORDS[name]), (letter) => letter.charCodeAt(0));
}

function folded(events: readonly DecidedEvent[], logCap = VERSION_1_PARAMETERS.logCap): AccountState {
  const parameters = { ...VERSION_1_PARAMETERS, logCap };
  return events.reduce((state, event) => reduce(state, event, parameters).state, emptyAccount());
}

describe('a record of format 1', () => {
  it('is read as the state that today’s reducer makes of its events, wide times and amounts included', () => {
    expect(sameState(decodeAccount(record('empty'), 0), emptyAccount())).toBe(true);
    expect(sameState(decodeAccount(record('usual'), 70), folded(USUAL))).toBe(true);
    expect(sameState(decodeAccount(record('wide'), 34), folded(WIDE))).toBe(true);
  });

  it('with planned events gives them the seqs that follow from the version', () => {
    const planned = USUAL.map((event, i) => ({ ...event, seq: event.seq > 61 ? event.seq + 30 : event.seq, i }));
    expect(sameState(decodeAccount(record('planned'), 100), folded(planned))).toBe(true);
  });

  it('of a log that was cut off keeps everything that it says, and knows no more than the events it still has', () => {
    const expected = folded(CAPPED, 5);
    const read = decodeAccount(record('capped'), 34);
    expect(sameState({ ...read, timeProfile: expected.timeProfile, tiles: expected.tiles }, expected)).toBe(true);
    expect(read.timeProfile.folded).toBe(5);
  });

  it('knows of an amount in another currency only that it is in another', () => {
    const mixed = folded(version1Events({ count: 8, stepMs: HOUR_MS, amountMinor: 77, otherCurrency: 'JPY' }));
    const read = decodeAccount(record('mixed'), 22);
    for (const column of ['timesMs', 'amountsMinor', 'seqs', 'contents', 'verdicts'] as const) {
      expect([...read.events[column].subarray(0, 8)]).toEqual([...mixed.events[column].subarray(0, 8)]);
    }
    expect({ ...read, events: 0, parties: 0 }).toEqual({ ...mixed, events: 0, parties: 0 });
  });

  it('is written again in today’s format', () => {
    const written = encodeAccount(decodeAccount(record('usual'), 70), null);
    expect(written[1]).toBe(3);
    expect(sameState(decodeAccount(written, 70), folded(USUAL))).toBe(true);
  });

  it('is refused when it is damaged, cut off, or newer than the version it is read with', () => {
    const bytes = record('usual');
    for (let at = 0; at < bytes.length; at++) {
      const damaged = bytes.slice();
      damaged[at]! ^= 1;
      expect(() => decodeAccount(damaged, 70)).toThrow(CorruptRecord);
    }
    expect(() => decodeAccount(bytes.subarray(0, bytes.length - 4), 70)).toThrow(CorruptRecord);
    expect(() => decodeAccount(bytes, 69)).toThrow(expect.objectContaining({ code: 'torn_read' }));
  });
});
