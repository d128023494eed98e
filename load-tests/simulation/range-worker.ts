import { parentPort, workerData } from 'node:worker_threads';
import { runRange, type SeedRange } from './schedule-range.ts';
import type { ScheduleTotals } from './schedule-totals.ts';

const TOLD_EVERY = 50;

/** A thread's message: what its schedules came to so far. */
export interface RangeMessage {
  readonly totals: ScheduleTotals;
  readonly done: boolean;
}

const { range, untilFailure } = workerData as { range: SeedRange; untilFailure: boolean };
const say = (message: RangeMessage): void => parentPort?.postMessage(message);
const totals = await runRange(range, (sofar) => {
  if (sofar.schedules % TOLD_EVERY === 0) say({ totals: sofar, done: false });
  return !untilFailure || sofar.failing.length === 0;
});
say({ totals, done: true });
