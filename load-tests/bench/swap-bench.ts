import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { localDir } from '../../deploy/local/cached-download.ts';
import { type BenchSystem, transactionBodies, withSystem } from './bench-system.ts';
import type { BenchResult } from './measured-cpu.ts';
import { swapUnderLoad, type TwoModels, twoModels } from './swap-run.ts';

const RATE_PER_SECOND = 100;
const QUIET_MS = 30_000;
const GAP_MS = 4_000;

/** Champions that are swapped under load: what it costs in time, memory and answers. Throws when an audit finds something. */
export async function benchSwaps({ swaps, log }: { swaps: number; log: (line: string) => void }): Promise<BenchResult> {
  const folder = join(localDir, `bench-models-${process.pid}`);
  const models = await twoModels(folder);
  try {
    return await withSystem(log, (system) => measureSwaps(system, models, { swaps, log }), { env: models.env });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function measureSwaps(
  system: BenchSystem,
  models: TwoModels,
  { swaps, log }: { swaps: number; log: (line: string) => void },
): Promise<BenchResult> {
  const { holdfast } = system;
  // A swap takes some five seconds with its gap; what is left over is not sent.
  const requests = Math.ceil(((2 * QUIET_MS) / 1_000 + 9 * swaps) * RATE_PER_SECOND);
  const bodies = await transactionBodies(system, requests);
  await holdfast.start();
  const options = { swaps, gapMs: GAP_MS, quietMs: QUIET_MS, ratePerSecond: RATE_PER_SECOND, bodies, log };
  const figures = await swapUnderLoad(holdfast, models, options);
  log('auditing');
  const audited = await holdfast.ops(['audit', '--wait', '2m', '--json']);
  if (audited.exitCode !== 0) throw new Error(audited.errors || audited.output);
  const { decided, not_checked: notChecked } = JSON.parse(audited.output) as Record<string, unknown>;
  const conditions = { ratePerSecond: { http: RATE_PER_SECOND, kafka: RATE_PER_SECOND }, gapMs: GAP_MS };
  return { bench: 'swaps', conditions, stages: [], figures: { ...figures, audited: { decided, notChecked } } };
}
