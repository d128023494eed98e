import { runSchedule, type ScheduleOutcome } from './run-schedule.ts';
import type { SchedulePlan } from './schedule-plan.ts';

/** Seeds that a smaller schedule is tried with. */
const MEETINGS = 8;

/** A failing schedule of which no single fault or message can be left out any more, with what breaks in it. */
export interface ShrunkSchedule {
  readonly plan: SchedulePlan;
  readonly outcome: ScheduleOutcome;
}

/**
 * Leaves out whatever a failing schedule also fails without: faults first, then messages, again and again. What is left out changes how the rest meets, so
 * each smaller schedule is tried with several seeds, and may fail in another way than the whole one did.
 */
export async function shrink(failing: SchedulePlan, outcome: ScheduleOutcome): Promise<ShrunkSchedule> {
  let smallest: ShrunkSchedule = { plan: failing, outcome };
  for (;;) {
    const smaller = await anySmaller(smallest.plan);
    if (smaller === null) return smallest;
    smallest = smaller;
  }
}

async function anySmaller(plan: SchedulePlan): Promise<ShrunkSchedule | null> {
  const candidates: SchedulePlan[] = [
    ...plan.faults.map((_, i) => ({ ...plan, faults: plan.faults.toSpliced(i, 1) })),
    ...plan.traffic.map((_, i) => ({ ...plan, traffic: plan.traffic.toSpliced(i, 1) })),
  ];
  for (const candidate of candidates) {
    for (let meeting = 0; meeting < MEETINGS; meeting++) {
      const met = { ...candidate, seed: candidate.seed + meeting };
      const outcome = await runSchedule(met);
      if (outcome.broken.length > 0) return { plan: met, outcome };
    }
  }
  return null;
}
