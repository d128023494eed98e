import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { DAY_MS } from '#libs/core';
import { liveStream, type SimulatedEvent, simulate, type SimulateOptions, withLabels } from '#libs/simulator';
// By its file, as the adapters' front door leads to the contracts' decorators, which Node cannot run without a build.
import { loadModel } from '../../libs/adapters/src/onnx/load-model.ts';
import { type ManifestFacts, writeCard } from './card.ts';
import { checkExplanations } from './check-explanations.ts';
import { evaluate, type Evaluation } from './evaluate.ts';
import { exportVectors, featureSet, type VectorSet } from './export-vectors.ts';
import { preparePython, run } from './python-environment.ts';

const project = join(import.meta.dirname, '..', '..');
const work = join(project, '.holdfast', 'training');
const startMs = Date.UTC(2026, 0, 1);

/** Accounts join all the time, so that young ones are among the rows of every day. The package's splits are days of this. */
const TRAINING: SimulateOptions = { seed: 101, accounts: 5_000, startMs, days: 70, growthPerDay: 0.01 };
const HELD_OUT: SimulateOptions = { seed: 202, accounts: 3_000, startMs, days: 40, growthPerDay: 0.005 };
const HELD_OUT_FROM_DAY = 7;
const DEMO = { seed: 303, accounts: 5_000, nowMs: startMs + 100.4 * DAY_MS, historyDays: 10, ratePerSecond: 20 };
const DEMO_MS = 10 * 60_000;

const USAGE = `npm run train -- [--id NAME] [--version VERSION]
  Simulates transactions, replays them through the core, fits and exports a model to models/NAME/VERSION/ (baseline, 1.0.0), and checks and
  evaluates it with the loader that the service uses. Takes some minutes. Needs Python 3.11 or newer.
`;

const { values: asked } = parseArgs({
  options: {
    id: { type: 'string', default: 'baseline' },
    version: { type: 'string', default: '1.0.0' },
    help: { type: 'boolean', default: false },
  },
});
if (asked.help) process.stdout.write(USAGE);
else await train(join(project, 'models', asked.id, asked.version));

async function train(folder: string): Promise<void> {
  say('Python: preparing its packages (a minute the first time)');
  const python = await preparePython(join(work, 'venv'), join(import.meta.dirname, 'requirements.txt'));
  const before = await vectorsOf(folder);
  const training = await simulateAndExport('training', TRAINING);
  if (before !== undefined)
    say(
      `vectors: ${before === training.vectorsSha256 ? 'the same' : 'others'} as those that ${relative(project, folder)} was trained on`,
    );
  await simulateAndExport('held-out', HELD_OUT);
  const names = ['--id', asked.id, '--version', asked.version];
  await run(python, ['-m', 'holdfast_training', '--data', work, '--out', folder, ...names], {
    cwd: import.meta.dirname,
  });
  await evaluateAndDescribe(folder);
  say(`${relative(project, folder)} is ready; models/registry.json says which model decides`);
}

async function simulateAndExport(name: string, options: SimulateOptions): Promise<VectorSet> {
  let said = 0;
  const onProgress = (rows: number): void => {
    if (rows < said + 200_000) return;
    said = rows;
    say(`${name}: ${rows} transactions`);
  };
  const set = await exportVectors(withLabels(simulate(options), options), join(work, name), {
    source: options,
    onProgress,
  });
  say(
    `${name}: ${set.rows} transactions, ${set.frauds} frauds, vectors have SHA-256 ${set.vectorsSha256.slice(0, 16)}...`,
  );
  return set;
}

async function evaluateAndDescribe(folder: string): Promise<void> {
  const model = await loadModel(folder, { featureSet });
  say(`${model.identity.id} ${model.identity.version} loads and answers as it should`);
  const manifest = JSON.parse(await readFile(join(folder, 'manifest.json'), 'utf8')) as ManifestFacts;
  const { rows, greatest } = await checkExplanations(model, manifest.calibration.a, join(work, 'explained'));
  say(`explains ${rows} of ${rows} rows as the trainer does; the greatest difference is ${greatest.toExponential(1)}`);
  say('evaluating its decisions');
  const heldOutFromMs = startMs + HELD_OUT_FROM_DAY * DAY_MS;
  const heldOut = await evaluate(
    model,
    withLabels(simulate(HELD_OUT), HELD_OUT),
    ({ eventTimeMs }) => eventTimeMs >= heldOutFromMs,
  );
  const demo = await evaluate(model, withLabels(demoEvents(), DEMO), ({ eventTimeMs }) => eventTimeMs >= DEMO.nowMs);
  await model.close();
  await writeFile(join(folder, 'card.md'), writeCard(manifest, { heldOut, demo }));
  say(describe('another seed', heldOut));
  say(describe('live demo', demo));
}

function* demoEvents(): Generator<SimulatedEvent, void, undefined> {
  const demo = liveStream(DEMO);
  yield* demo.history;
  yield* demo.until(DEMO.nowMs + DEMO_MS);
}

function describe(name: string, result: Evaluation): string {
  const { holdsPerThousand, precision, recall, amountRecall, recallByScenario } = result;
  return `${name}: ${holdsPerThousand} holds per 1,000, precision ${precision}, recall ${recall} (amount ${amountRecall}), ${JSON.stringify(recallByScenario)}`;
}

/** SHA-256 of the vectors that the model in `folder` was trained on, if there is one. */
async function vectorsOf(folder: string): Promise<string | undefined> {
  const path = join(folder, 'manifest.json');
  if (!existsSync(path)) return undefined;
  const manifest = JSON.parse(await readFile(path, 'utf8')) as { training?: { data?: { vectors_sha256?: string } } };
  return manifest.training?.data?.vectors_sha256;
}

function say(line: string): void {
  process.stderr.write(`train    ${line}\n`);
}
