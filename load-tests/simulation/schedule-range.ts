import { planSchedule } from './schedule-plan.ts';
import { runSchedule } from './run-schedule.ts';
import { addTotals, NO_SCHEDULES, type ScheduleTotals, totalsOf } from './schedule-totals.ts';

/** Seeds from `first` on, every `step`-th, below `end`. */
export interface SeedRange {
  readonly first: number;
  readonly end: number;
  readonly step: number;
}

/** Runs schedules one after the other; `told` after each, and may end it by returning false. */
export async function runRange(
  { first, end, step }: SeedRange,
  told: (totals: ScheduleTotals) => boolean,
): Promise<ScheduleTotals> {
  let totals = NO_SCHEDULES;
  for (let seed = first; seed < end; seed += step) {
    totals = addTotals(totals, totalsOf(seed, await runSchedule(planSchedule(seed))));
    if (!told(totals)) break;
  }
  return totals;
}
