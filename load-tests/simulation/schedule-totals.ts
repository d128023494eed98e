import type { ScheduleOutcome } from './run-schedule.ts';

/** What some schedules came to. */
export interface ScheduleTotals {
  readonly schedules: number;
  readonly failing: readonly { readonly seed: number; readonly broken: readonly string[] }[];
  readonly decided: number;
  readonly openings: number;
  readonly lostAnswers: number;
  readonly events: number;
  readonly virtualMs: number;
}

export const NO_SCHEDULES: ScheduleTotals = {
  schedules: 0,
  failing: [],
  decided: 0,
  openings: 0,
  lostAnswers: 0,
  events: 0,
  virtualMs: 0,
};

/** Both together. */
export function addTotals(a: ScheduleTotals, b: ScheduleTotals): ScheduleTotals {
  return {
    schedules: a.schedules + b.schedules,
    failing: b.failing.length === 0 ? a.failing : [...a.failing, ...b.failing],
    decided: a.decided + b.decided,
    openings: a.openings + b.openings,
    lostAnswers: a.lostAnswers + b.lostAnswers,
    events: a.events + b.events,
    virtualMs: a.virtualMs + b.virtualMs,
  };
}

/** One schedule as a total. */
export function totalsOf(seed: number, { broken, ...rest }: ScheduleOutcome): ScheduleTotals {
  return { schedules: 1, failing: broken.length === 0 ? [] : [{ seed, broken }], ...rest };
}
