import process from 'node:process';
import { parseArgs } from 'node:util';
import { join } from 'node:path';
import { rm } from 'node:fs/promises';
import { buildIfStale } from '../../deploy/local/build.ts';
import { localDir } from '../../deploy/local/cached-download.ts';
import { startServices } from '../../deploy/local/services.ts';
import { compareWithBaseline, saveBaseline } from './baseline.ts';
import type { BenchResult } from './measured-cpu.ts';
import { printResult } from './print-result.ts';
import { measureReference } from './reference-work.ts';

const HELP = `Processor time per transaction, and how fast it goes, on this machine and what else runs on it.

  npm run bench -- core      each stage of a decision in one process, without Redis and Kafka
  npm run bench -- entities  what cards, terminals, devices, networks and beneficiaries cost: an update and their features
  npm run bench -- updater   the entity updater on a real Redis, catching up with a log in memory; plain, and with one terminal in 30 % of the traffic
  npm run bench -- features  an account alone: features, state and record, at 100 and 512 events and among up to a million accounts
  npm run bench -- commit    loading, committing and relaying batches on a real Redis, without the rest
  npm run bench -- kafka     the worker on a real Redis and Kafka, as fast as it goes
  npm run bench -- http      the api on a real Redis and Kafka, as fast as it goes; then answers by what they wait for, at 50 a second
  npm run bench -- swaps     champions swapped under load: answers, latency and memory, and an audit of what was decided
  npm run bench -- rebuild   a store that has lost everything, from the log
  npm run bench -- detection what our inputs and trainer find of the frauds of weeks to come, and nothing of time: docs/detection.md

  --transactions N   how many are measured                        (120000 for kafka, 60000 for rebuild, 20000 for http)
  --warm-up N        how many before that                         (40000 for kafka, 5000 for http)
  --swaps N          how many, for swaps                          (100)
  --rounds N         in how many parts, for kafka and http        (3)
  --file F           NDJSON to send, plain text; simulated without it
  --connections N    of the http bench                            (64)
  --save-baseline    keep the result as what later ones are compared with
  --strict           exit with 1 when a stage costs over 10 % more than in the baseline
  --json             one JSON line on stdout
  --help

  of the detection bench alone, on the Handbook's file if that is in ../shared/data/handbook, else on a history as \`ops replay\` reads it:
  --transactions F   NDJSON of at least 121 days. The last of four test weeks ends with its last whole day, the others a week earlier each; a fold
                     begins to train 21 days before the end of its test week. Five weeks before each lies one that --search looks at
  --labels F         what became known of them, NDJSON
  --search           choose parameters on the validation folds, within a fixed budget, and write them
  --parameters F     the file of parameters, written by --search and read without  (models/training/benchmark-parameters.json)

Each result is compared with the committed baseline (load-tests/bench/baseline.json), both in units of a reference work that is measured in the same
run, so that a slower machine is not taken for a slower program. On a busy machine repeat it before you believe it.`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    transactions: { type: 'string' },
    'warm-up': { type: 'string' },
    swaps: { type: 'string', default: '100' },
    rounds: { type: 'string', default: '3' },
    file: { type: 'string' },
    connections: { type: 'string', default: '64' },
    labels: { type: 'string' },
    parameters: { type: 'string' },
    search: { type: 'boolean', default: false },
    'save-baseline': { type: 'boolean', default: false },
    strict: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
const log = (line: string): void => void process.stderr.write(`${line}\n`);
const file = values.file === undefined ? {} : { file: values.file };
const amount = (given: string | undefined, otherwise: number): number => Number(given ?? otherwise);

/** The benchmarks by name. What they import is compiled code, so only after the build. */
const BENCHES: Readonly<Record<string, () => Promise<BenchResult>>> = {
  core: async () => (await import('./core-bench.ts')).benchCore(),
  entities: async () => (await import('./entities-bench.ts')).benchEntities(),
  features: async () => (await import('./features-bench.ts')).benchFeatures(),
  commit: () => withRedis(async (redisUrl) => (await import('./commit-bench.ts')).benchCommit(redisUrl)),
  updater: () => withRedis(async (redisUrl) => (await import('./updater-bench.ts')).benchUpdater(redisUrl)),
  kafka: async () => {
    const { benchKafka } = await import('./door-bench.ts');
    const amounts = { transactions: amount(values.transactions, 120_000), warmUp: amount(values['warm-up'], 40_000) };
    return benchKafka({ ...amounts, ...file, rounds: Number(values.rounds), log });
  },
  http: async () => {
    const { benchHttp } = await import('./door-bench.ts');
    const amounts = { transactions: amount(values.transactions, 20_000), warmUp: amount(values['warm-up'], 5_000) };
    return benchHttp({
      ...amounts,
      ...file,
      rounds: Number(values.rounds),
      connections: Number(values.connections),
      log,
    });
  },
  swaps: async () => (await import('./swap-bench.ts')).benchSwaps({ swaps: Number(values.swaps), log }),
  rebuild: async () => {
    const { benchRebuild } = await import('./rebuild-bench.ts');
    return benchRebuild({ transactions: amount(values.transactions, 60_000), ...file, log });
  },
};

/** Runs a benchmark on a Redis of its own. */
async function withRedis(bench: (redisUrl: string) => Promise<BenchResult>): Promise<BenchResult> {
  const dataDir = join(localDir, `bench-${process.pid}`);
  const services = await startServices({ dataDir, kafka: false, log });
  try {
    return await bench(services.redisUrl);
  } finally {
    await services.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
}

async function run(bench: () => Promise<BenchResult>): Promise<void> {
  await buildIfStale(log);
  const result = await bench();
  const reference = measureReference();
  const changes = await compareWithBaseline(result, reference);
  printResult({ result, reference, changes, json: values.json });
  if (values['save-baseline']) await saveBaseline(result, reference);
  if (values.strict && changes?.some(({ verdict }) => verdict === 'dearer') === true) process.exitCode = 1;
}

async function runDetection(): Promise<void> {
  await buildIfStale(log);
  const { benchDetection } = await import('../../models/training/benchmark/detection.ts');
  process.exitCode = await benchDetection(values);
}

const [name] = positionals;
const bench = name === undefined ? undefined : BENCHES[name];
if (values.help || name === undefined) {
  process.stdout.write(`${HELP}\n`);
  process.exitCode = values.help ? 0 : 2;
} else if (name === 'detection') {
  await runDetection();
} else if (bench === undefined) {
  log(`There is no benchmark ${name}.\n\n${HELP}`);
  process.exitCode = 2;
} else {
  await run(bench);
}
