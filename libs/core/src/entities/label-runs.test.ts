import { describe, expect, it } from 'vitest';
import { DAY_MS } from '../time.ts';
import { emptyEntityLog, FRAUD, GENUINE, withRow } from './entity-log.ts';
import { emptyLabelDays, withCounts, type LabelDays } from './label-days.ts';
import { labelRunsOf, LONGEST_GAP_MS, type LabelRuns } from './label-runs.ts';

/** Labels on days 0, 1, …: `f` fraud, `g` genuine, `.` a transaction without a label, a space no transaction. Read at `timeMs`. */
function runsOf(labels: string, timeMs: number, days: LabelDays = emptyLabelDays()): LabelRuns {
  let log = emptyEntityLog();
  labels.split('').forEach((label, day) => {
    if (label === ' ') return;
    const flags = label === 'f' ? FRAUD : label === 'g' ? GENUINE : 0;
    const row = { timeMs: day * DAY_MS, key: 0, amountMinor: 1, currency: 1, flags };
    log = withRow(log, row, { cap: 512, untilMs: -1 }).log;
  });
  return labelRunsOf({ log, from: log.first, to: log.end }, { days, afterDay: -100 }, timeMs);
}

describe('the labels of an entity, in the order of their transactions', () => {
  it('are nothing without labels', () => {
    const nothing = { genuine: 0, frauds: 0, isLastFraud: null, lastFraudMs: -Infinity, lastGenuineMs: -Infinity, run: null }; // prettier-ignore
    expect(runsOf('...', 3 * DAY_MS)).toEqual(nothing);
  });

  it('make a run of frauds from the first one on, whatever is known to be genuine between them', () => {
    const runs = runsOf('gg.fgf.gf', 9 * DAY_MS);
    expect(runs).toEqual({
      genuine: 4,
      frauds: 3,
      isLastFraud: true,
      lastFraudMs: 8 * DAY_MS,
      lastGenuineMs: 7 * DAY_MS,
      run: { startMs: 3 * DAY_MS, frauds: 3, genuineSince: 2 },
    });
    expect(runsOf('fg', 2 * DAY_MS).isLastFraud).toBe(false);
  });

  it('begin another run after a gap of more than 28 days, to the millisecond', () => {
    const gap = ' '.repeat(LONGEST_GAP_MS / DAY_MS - 1);
    expect(runsOf(`fg${gap.slice(1)}f`, 28 * DAY_MS).run).toEqual({ startMs: 0, frauds: 2, genuineSince: 1 });
    expect(runsOf(`fg${gap}f`, 29 * DAY_MS).run).toEqual({ startMs: 29 * DAY_MS, frauds: 1, genuineSince: 0 });
  });

  it('have no current run when the last fraud is more than 28 days old', () => {
    expect(runsOf('f', LONGEST_GAP_MS).run).not.toBe(null);
    expect(runsOf('f', LONGEST_GAP_MS + 1)).toMatchObject({ run: null, frauds: 1, isLastFraud: true, lastFraudMs: 0 });
  });

  it('count whole days before the log, frauds first, and follow the more frequent label', () => {
    const day = (genuine: number, frauds: number): LabelDays =>
      withCounts(emptyLabelDays(), -1, { transactions: 9, genuine, frauds }, -100);
    const before = -DAY_MS;
    expect(runsOf('', 0, day(2, 3))).toMatchObject({ isLastFraud: true, lastFraudMs: before, lastGenuineMs: before });
    expect(runsOf('', 0, day(3, 3))).toMatchObject({ isLastFraud: false });
    expect(runsOf('g', 0, day(2, 3)).run).toEqual({ startMs: before, frauds: 3, genuineSince: 3 });
  });
});
