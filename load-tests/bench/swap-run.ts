import { cp, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { directoryOf, readRegistry, writeRegistry } from '#libs/adapters';
import type { RegisteredModel } from '#libs/core';
import { writeSibling } from '../../models/training/sibling-model.ts';
import { scrape } from '../../deploy/local/demo/scrape.ts';
import type { PrivateSystem } from '../../deploy/local/private-system.ts';
import { describeAnswers } from './latencies.ts';
import { openLoop } from './open-loop.ts';
import { residentBytesOf } from './process-cpu.ts';

/** Two models in a folder of their own, and the settings by which a system reads them. */
export interface TwoModels {
  readonly registry: string;
  readonly models: readonly [RegisteredModel, RegisteredModel];
  readonly env: Readonly<Record<string, string>>;
}

export interface SwapOptions {
  readonly swaps: number;
  /** From one swap's end to the next one's begin. */
  readonly gapMs: number;
  /** Measured without swaps before them; as long a time before that is not measured. */
  readonly quietMs: number;
  readonly ratePerSecond: number;
  readonly bodies: readonly Buffer[];
  readonly log: (line: string) => void;
}

const TAKEN_WITHIN_MS = 60_000;
/** A page of metrics costs its process milliseconds: looking more often would be measured too. */
const LOOK_MS = 250;

/** The champion and a model that gives other probabilities. */
export async function twoModels(folder: string): Promise<TwoModels> {
  const { champion } = await readRegistry('models/registry.json');
  await mkdir(join(folder, champion.id), { recursive: true });
  const from = directoryOf('models', champion);
  await cp(from, directoryOf(folder, champion), { recursive: true });
  const sibling = await writeSibling(from, { modelsDirectory: folder, version: '99.0.0', shift: 0.5 });
  const registry = join(folder, 'registry.json');
  await writeRegistry(registry, { champion, challengers: [], history: [], comparisons: [] });
  const env = { HOLDFAST_MODEL_DIR: folder, HOLDFAST_MODEL_REGISTRY: registry, HOLDFAST_MODEL_POLL_MS: '200' };
  return { registry, models: [champion, sibling], env };
}

/** Swaps two models to and fro while both doors are at work. The processes must be up; what they decided is still to be audited. */
export async function swapUnderLoad(system: PrivateSystem, { registry, models }: TwoModels, options: SwapOptions) {
  const { swaps, gapMs, quietMs, ratePerSecond, bodies, log } = options;
  const ended = new AbortController();
  const streamed = system
    .ops(['stream', '--simulate', '--seed', '77', '--accounts', '500', '--rate', String(ratePerSecond)], ended)
    .catch((error: unknown) => {
      if (!ended.signal.aborted) throw error;
    });
  const load = openLoop(system, bodies.map(ofOtherAccounts), { ratePerSecond });
  await sleep(quietMs);
  const quietFrom = performance.now();
  await sleep(quietMs);
  const swapsFrom = performance.now();
  const before = residentMb(system);
  const takenMs: number[] = [];
  for (let swap = 1; swap <= swaps; swap += 1) {
    const champion = models[swap % models.length] as RegisteredModel;
    const promotedAt = performance.now();
    await writeRegistry(registry, { champion, challengers: [], history: [], comparisons: [] });
    await untilTaken(system, champion);
    takenMs.push(performance.now() - promotedAt);
    if (swap % 10 === 0) log(`${swap} of ${swaps} swaps; resident MB ${JSON.stringify(residentMb(system))}`);
    await sleep(gapMs);
  }
  const swapsTo = performance.now();
  const after = residentMb(system);
  await load.stop();
  ended.abort();
  await streamed;
  const answers = await load.done;
  const between = (from: number, to: number) =>
    describeAnswers(answers.filter(({ dueAt }) => dueAt >= from && dueAt < to));
  return {
    swaps,
    takenMs: { median: median(takenMs), longest: Math.round(Math.max(...takenMs)) },
    quiet: between(quietFrom, swapsFrom),
    swapping: between(swapsFrom, swapsTo),
    residentMb: { before, after },
  };
}

/** The stream's accounts live now: what is asked over HTTP must not come too late for them. */
function ofOtherAccounts(body: Buffer): Buffer {
  return Buffer.from(body.toString('utf8').replace('"account_id":"', '"account_id":"http-'));
}

async function untilTaken({ adminUrls }: PrivateSystem, { id, version }: RegisteredModel): Promise<void> {
  const urls = Object.values(adminUrls);
  const deadline = performance.now() + TAKEN_WITHIN_MS;
  for (;;) {
    // A page that does not come in time on a busy machine is asked for again.
    const models = await scrape(urls).then((metrics) => metrics.by('holdfast_champion_info', 'model'), () => null); // prettier-ignore
    if (models?.get(`${id} ${version}`) === urls.length) return;
    if (performance.now() > deadline) throw new Error(`${id} ${version} is not taken: ${JSON.stringify([...(models ?? [])])}`); // prettier-ignore
    await sleep(LOOK_MS);
  }
}

function residentMb({ api, worker }: PrivateSystem) {
  const mb = ({ pid }: { readonly pid: number | undefined }): number => Math.round(residentBytesOf(pid) / 1e6);
  return { api: mb(api), worker: mb(worker) };
}

function median(values: readonly number[]): number {
  return Math.round(values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN);
}
