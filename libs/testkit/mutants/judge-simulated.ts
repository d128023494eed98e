import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Mirror } from './mirror.ts';
import type { SimulatedMutant } from './simulated-mutants.ts';

const RUN_TIMEOUT_MS = 600_000;

/** What the simulation made of a mutant: how many schedules it ran, and what was broken in the last one. */
export interface SimulatedVerdict {
  readonly name: string;
  readonly verdict: 'caught' | 'survived' | 'stale' | 'broken';
  readonly schedules: number;
  readonly message: string;
}

/** Runs schedules on a mirror with the mutant made, until one fails or `most` have run. */
export async function judgeSimulated(
  { name, edits }: SimulatedMutant,
  mirror: Mirror,
  most: number,
): Promise<SimulatedVerdict> {
  const undo = await mirror.change(edits);
  if (undo === null) return { name, verdict: 'stale', schedules: 0, message: 'the text to change is not there once' };
  try {
    const { schedules, broken } = await firstFailure(mirror, most);
    return { name, verdict: broken.length > 0 ? 'caught' : 'survived', schedules, message: broken[0] ?? '' };
  } catch (error) {
    return { name, verdict: 'broken', schedules: 0, message: (error as Error).message };
  } finally {
    await undo();
  }
}

async function firstFailure(mirror: Mirror, most: number): Promise<{ schedules: number; broken: readonly string[] }> {
  const script = 'load-tests/simulation/first-failure.ts';
  const options = { cwd: mirror.path, timeout: RUN_TIMEOUT_MS };
  const { stdout } = await promisify(execFile)(process.execPath, [script, String(most)], options);
  return JSON.parse(stdout) as { schedules: number; broken: string[] };
}
