import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { DAY_MS } from '#libs/core';
import { liveStream, type SimulatedEvent, simulate, withLabels } from '#libs/simulator';
// By its file, as the adapters' front door leads to the contracts' decorators, which Node cannot run without a build.
import { loadModel } from '../../libs/adapters/src/onnx/load-model.ts';
import { type ManifestFacts, writeCard } from './card.ts';
import { checkExplanations } from './check-explanations.ts';
import { evaluate, type Evaluation } from './evaluate.ts';
import { exportVectors, featureSet, type VectorSet } from './export-vectors.ts';
import { preparePython, run } from './python-environment.ts';
import { HELD_OUT, START_MS, TRAINING, UNSEEN, type World } from './worlds.ts';

const project = join(import.meta.dirname, '..', '..');
const work = join(project, '.holdfast', 'training');
const parameters = join(import.meta.dirname, 'parameters.json');
const HELD_OUT_FROM_DAY = 7;
const DEMO = { seed: 303, accounts: 5_000, nowMs: START_MS + 100.4 * DAY_MS, historyDays: 10, ratePerSecond: 20 };
const DEMO_MS = 10 * 60_000;

const USAGE = `npm run train -- [--id NAME] [--version VERSION] [--search]
  Simulates transactions, replays them through the core, fits and exports a model to models/NAME/VERSION/ (baseline, 1.0.0), and checks and
  evaluates it with the loader that the service uses. Takes some minutes. Needs Python 3.11 or newer.
  --search makes no model: it chooses the parameters that a training uses anew, on days that nothing is fitted on, and writes them to
  models/training/parameters.json. Takes half an hour.
`;

const { values: asked } = parseArgs({
  options: {
    id: { type: 'string', default: 'baseline' },
    version: { type: 'string', default: '1.0.0' },
    search: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
if (asked.help) process.stdout.write(USAGE);
else if (asked.search) await search();
else await train(join(project, 'models', asked.id, asked.version));

async function search(): Promise<void> {
  const python = await prepare();
  await simulateAndExport('training', TRAINING);
  await trainer(python, ['-m', 'holdfast_training.search', '--data', work, '--out', parameters]);
  say(`${relative(project, parameters)} is what a training uses from now on`);
}

async function train(folder: string): Promise<void> {
  const python = await prepare();
  const before = await vectorsOf(folder);
  const training = await simulateAndExport('training', TRAINING);
  if (before !== undefined)
    say(
      `vectors: ${before === training.vectorsSha256 ? 'the same' : 'others'} as those that ${relative(project, folder)} was trained on`,
    );
  await simulateAndExport('held-out', HELD_OUT);
  for (const [i, world] of UNSEEN.entries()) await simulateAndExport(`unseen-${i + 1}`, world);
  const names = ['--id', asked.id, '--version', asked.version];
  await trainer(python, [
    '-m',
    'holdfast_training',
    '--data',
    work,
    '--parameters',
    parameters,
    '--out',
    folder,
    ...names,
  ]);
  await evaluateAndDescribe(folder);
  say(`${relative(project, folder)} is ready; models/registry.json says which model decides`);
}

function prepare(): Promise<string> {
  say('Python: preparing its packages (a minute the first time)');
  return preparePython(join(work, 'venv'), join(import.meta.dirname, 'requirements.txt'));
}

function trainer(python: string, args: readonly string[]): Promise<void> {
  return run(python, args, { cwd: import.meta.dirname });
}

async function simulateAndExport(name: string, options: World): Promise<VectorSet> {
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
  const heldOutFromMs = START_MS + HELD_OUT_FROM_DAY * DAY_MS;
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
