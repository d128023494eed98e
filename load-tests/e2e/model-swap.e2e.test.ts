import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { writeRegistry } from '#libs/adapters';
import { DAY_MS } from '#libs/core';
import { simulate } from '#libs/simulator';
import { localDir } from '../../deploy/local/cached-download.ts';
import { scrape } from '../../deploy/local/demo/scrape.ts';
import { openLoop } from '../bench/open-loop.ts';
import { swapUnderLoad, type TwoModels, twoModels } from '../bench/swap-run.ts';
import { DecisionsTopic, ofType } from './decisions-topic.ts';
import { START_TIMEOUT_MS, startSystem, type SystemUnderTest } from './system-under-test.ts';

const SWAPS = 4;
const folder = join(localDir, `e2e-models-${process.pid}`);
let models: TwoModels;
let system: SystemUnderTest;

beforeAll(async () => {
  models = await twoModels(folder);
  system = await startSystem('model-swap', { env: models.env });
}, START_TIMEOUT_MS);

afterAll(async () => {
  await system?.remove();
  await rm(folder, { recursive: true, force: true });
});

function simulated(seed: number): Buffer[] {
  const world = { seed, accounts: 500, startMs: Date.now() - 5 * DAY_MS, days: 4 };
  return [...simulate(world)].map(({ transaction }) => Buffer.from(JSON.stringify(transaction)));
}

test(
  'champions that are swapped while both doors are at work leave no request unanswered, and each decision is that of the model that it names',
  { timeout: 300_000 },
  async () => {
    const load = { gapMs: 500, quietMs: 1_000, ratePerSecond: 20, bodies: simulated(5), log: () => undefined };
    const { quiet, swapping } = await swapUnderLoad(system, models, { swaps: SWAPS, ...load });
    expect(quiet.requests).toBeGreaterThan(10);
    expect(swapping.requests).toBeGreaterThan(SWAPS * 10);
    expect(quiet.failed + swapping.failed).toBe(0);

    const { exitCode, output, errors } = await system.ops(['audit', '--wait', '1m', '--json']);
    expect({ exitCode, errors }).toMatchObject({ exitCode: 0 });
    expect(JSON.parse(output)).toMatchObject({ ok: true, not_checked: { probabilities: 0 } });
    const [champion, challenger] = models.models;
    const compared = await system.ops(['models', 'compare', challenger.id, challenger.version, '--json']);
    const { decided } = JSON.parse(output) as { decided: number };
    expect(JSON.parse(compared.output)).toMatchObject({
      champion: `${champion.id} ${champion.version}`,
      decisions: decided,
      // The same order of the scores, all of them higher.
      flips: { championOnly: 0 },
      equalBudget: { inCommon: expect.any(Number) },
      labelled: { frauds: 0, averagePrecision: { difference: 0 } },
      verdict: 'unfit',
    });
    const decisions = new DecisionsTopic(system);
    const events = await decisions.readUntil(() => true, 0);
    const versions = ofType(events, 'decision.made').map(({ decision }) => decision.model?.version);
    await decisions.close();
    expect(new Set(versions)).toEqual(new Set(models.models.map(({ version }) => version)));
  },
);

test('a challenger scores what both doors decide, and decides nothing', { timeout: 300_000 }, async () => {
  const [champion, challenger] = models.models;
  const registry = { champion, challengers: [challenger], history: [], comparisons: [] };
  await writeRegistry(models.registry, registry);
  const scored = async () => {
    const metrics = await scrape([system.adminUrls.worker]);
    return metrics.sum('holdfast_challenger_decisions_total');
  };
  const load = openLoop(system, simulated(6).slice(0, 10_000), { ratePerSecond: 20 });
  await expect.poll(scored, { timeout: 120_000, interval: 200 }).toBeGreaterThan(50);
  await load.stop();
  const answers = await load.done;
  expect(answers.length).toBeGreaterThan(0);
  const audited = await system.ops(['audit', '--wait', '1m', '--json']);
  expect(JSON.parse(audited.output)).toMatchObject({ ok: true, not_checked: { probabilities: 0 } });
});
