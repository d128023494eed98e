import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { buildIfStale } from '../deploy/local/build.ts';
import { localDir } from '../deploy/local/cached-download.ts';
import { emptyDataDirectory } from '../deploy/local/data-directory.ts';
import { runCommand } from '../deploy/local/run-command.ts';
import { givenServices, startServices } from '../deploy/local/services.ts';
import { k6Binary, NoK6 } from './k6-binary.ts';

const HELP = `npm run load -- smoke [--rate N] [--for SECONDS]

Starts a Redis, a Kafka, an api and a worker of its own, sends N requests a second with k6, and examines what is left
with \`ops audit\`. Exit code 1 when a threshold or the audit fails. Needs k6 1.x, or Go to build it once.
`;
const SCENARIOS = ['smoke'];
const resultDir = join(localDir, 'load');
/** What was asked over HTTP and answered: the senders' own record. */
const askedFile = join(resultDir, 'asked.ndjson');
const log = (line: string): void => console.error(line);

interface LoadOptions {
  readonly scenario: string;
  readonly ratePerSecond: number;
  readonly seconds: number;
}

/** Runs a scenario against a system of its own; resolves with whether everything held. */
async function runLoad(k6: string, options: LoadOptions): Promise<boolean> {
  await buildIfStale(log);
  const dataDir = join(resultDir, 'services');
  await emptyDataDirectory(dataDir);
  const services = await startServices({ dataDir, ...givenServices(process.env), log });
  try {
    // Compiled code, so only after the build.
    const { privateSystem } = await import('../deploy/local/private-system.ts');
    const { redisUrl, kafkaBrokers } = services;
    const system = await privateSystem({ redisUrl, kafkaBrokers, partitions: 12, logDir: resultDir, log });
    try {
      await system.start();
      const passed = await runK6(k6, options, system);
      const audit = await system.ops(['audit', '--asked', askedFile, '--json']);
      log(`audit: ${audit.exitCode === 0 ? 'clean' : 'NOT CLEAN'} ${audit.output.trim()}${audit.errors.trim()}`);
      return passed && audit.exitCode === 0;
    } finally {
      await system.stop();
    }
  } finally {
    await services.stop();
  }
}

async function runK6(
  k6: string,
  { scenario, ratePerSecond, seconds }: LoadOptions,
  { httpUrl, apiKey }: { httpUrl: string; apiKey: string },
): Promise<boolean> {
  const script = fileURLToPath(new URL(`k6/${scenario}.ts`, import.meta.url));
  const summary = join(resultDir, `${scenario}.json`);
  log(`k6: ${ratePerSecond} requests a second for ${seconds} s`);
  const env = {
    ...process.env,
    K6_AUTO_EXTENSION_RESOLUTION: 'false',
    HTTP_URL: httpUrl,
    API_KEY: apiKey,
    RUN_ID: `k6-${Date.now().toString(36)}`,
    RATE: String(ratePerSecond),
    DURATION: `${seconds}s`,
    SUMMARY: summary,
  };
  await rm(askedFile, { force: true });
  const flags = [
    'run',
    '--no-usage-report',
    '--quiet',
    '--no-color',
    '--log-format=raw',
    `--console-output=${askedFile}`,
  ];
  const timeoutMs = (seconds + 120) * 1_000;
  const failure = await runCommand(k6, [...flags, script], { env, timeoutMs }).then(
    () => undefined,
    (error: unknown) => (error instanceof Error ? error.message : 'unknown'),
  );
  if (failure !== undefined) log(failure);
  const { metrics } = JSON.parse(await readFile(summary, 'utf8')) as { metrics: Record<string, { values: object }> };
  const shown = ['http_reqs', 'http_req_failed', 'checks', 'dropped_iterations', 'http_req_duration{call:decide}'];
  for (const name of shown) {
    if (metrics[name] !== undefined) log(`k6: ${name} ${JSON.stringify(metrics[name].values)}`);
  }
  log(`k6: ${failure === undefined ? 'all thresholds held' : 'FAILED'}; the whole summary is in ${summary}`);
  return failure === undefined;
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      rate: { type: 'string', default: '50' },
      for: { type: 'string', default: '15' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const [scenario = ''] = positionals;
  if (values.help || !SCENARIOS.includes(scenario)) {
    console.log(HELP);
    return values.help ? 0 : 2;
  }
  await mkdir(resultDir, { recursive: true });
  const k6 = await k6Binary(log).catch((error: unknown) => {
    if (!(error instanceof NoK6) || process.env['CI'] === undefined) throw error;
    log(`load: skipped. ${error.message}`);
    return undefined;
  });
  if (k6 === undefined) return 0;
  const options = { scenario, ratePerSecond: Number(values.rate), seconds: Number(values.for) };
  return (await runLoad(k6, options)) ? 0 : 1;
}

try {
  process.exitCode = await main();
} catch (error) {
  log(`load: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
