import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  emptyEntityLog,
  findRow,
  firstRowAfter,
  FRAUD,
  rowAt,
  withChangedRow,
  withoutExpired,
  withRow,
  type EntityLog,
  type LogRow,
} from './entity-log.ts';

const rows = fc.uniqueArray(
  fc.record({
    timeMs: fc.integer({ min: 0, max: 12 }),
    key: fc.integer({ min: 0, max: 5 }),
    amountMinor: fc.nat(10 ** 12),
    currency: fc.nat(17_576),
    flags: fc.nat(7),
  }),
  { selector: ({ timeMs, key }) => timeMs * 10 + key, maxLength: 30 },
);

function contents(log: EntityLog): LogRow[] {
  return Array.from({ length: log.end - log.first }, (_, i) => rowAt(log, log.first + i));
}

function sorted(list: readonly LogRow[]): LogRow[] {
  return list.toSorted((a, b) => a.timeMs - b.timeMs || a.key - b.key);
}

describe('the log of an entity', () => {
  it('holds the newest rows that are young enough, and gives up every other one once', () => {
    fc.assert(
      fc.property(rows, fc.integer({ min: 1, max: 12 }), fc.integer({ min: -1, max: 8 }), (list, cap, untilMs) => {
        const pushedOut: LogRow[] = [];
        let log = emptyEntityLog();
        for (const row of list) {
          const next = withRow(log, row, { cap, untilMs });
          if (next.pushedOut !== null) pushedOut.push(next.pushedOut);
          log = next.log;
        }
        const young = sorted(list.filter(({ timeMs }) => timeMs > untilMs));
        expect(contents(log)).toEqual(young.slice(-cap));
        expect(sorted(pushedOut)).toEqual(young.slice(0, -cap));
        expect(log.truncatedMs).toBe(Math.max(...pushedOut.map(({ timeMs }) => timeMs)));
      }),
      { numRuns: 500 },
    );
  });

  it('loses what became too old, and with it the memory of what was pushed out before', () => {
    fc.assert(
      fc.property(rows, fc.integer({ min: 1, max: 12 }), fc.integer({ min: -1, max: 13 }), (list, cap, untilMs) => {
        const log = list.reduce((before, row) => withRow(before, row, { cap, untilMs: -1 }).log, emptyEntityLog());
        const left = withoutExpired(log, untilMs);
        expect(contents(left)).toEqual(contents(log).filter(({ timeMs }) => timeMs > untilMs));
        expect(left.truncatedMs).toBe(log.truncatedMs > untilMs ? log.truncatedMs : -Infinity);
      }),
    );
  });

  it('finds rows by time and key, and the bounds of windows', () => {
    fc.assert(
      fc.property(rows, fc.integer({ min: -1, max: 13 }), fc.nat(5), (list, timeMs, key) => {
        const log = list.reduce((before, row) => withRow(before, row, { cap: 40, untilMs: -1 }).log, emptyEntityLog());
        const all = contents(log);
        expect(firstRowAfter(log, timeMs) - log.first).toBe(all.filter((row) => row.timeMs <= timeMs).length);
        const index = all.findIndex((row) => row.timeMs === timeMs && row.key === key);
        expect(findRow(log, timeMs, key)).toBe(index === -1 ? -1 : log.first + index);
      }),
    );
  });

  it('is not changed by the logs that follow it, however many do', () => {
    fc.assert(
      fc.property(rows, rows, fc.integer({ min: 1, max: 12 }), (list, others, cap) => {
        const limits = { cap, untilMs: -1 };
        const log = list.reduce((before, row) => withRow(before, row, limits).log, emptyEntityLog());
        const before = contents(log);
        const followers = others.map((row) => ({ row, log: withRow(log, row, limits).log }));
        for (let row = log.first; row < log.end; row++) withChangedRow(log, row, { flags: FRAUD, amountMinor: 0 });
        expect(contents(log)).toEqual(before);
        for (const follower of followers) {
          expect(contents(follower.log)).toEqual(sorted([...before, follower.row]).slice(-cap));
        }
      }),
    );
  });

  it('may have other facts in one row', () => {
    const made = { timeMs: 1, key: 1, amountMinor: 5, currency: 1, flags: 0 };
    const { log } = withRow(emptyEntityLog(), made, { cap: 2, untilMs: 0 });
    expect(contents(withChangedRow(log, log.first, { flags: FRAUD, amountMinor: 3 }))).toEqual([
      { ...made, flags: FRAUD, amountMinor: 3 },
    ]);
  });
});
