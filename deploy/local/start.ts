import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { buildIfStale } from './build.ts';
import { localDir } from './cached-download.ts';
import { emptyDataDirectory } from './data-directory.ts';
import { localServicesDir as dataDir } from './running-services.ts';
import { type DemoOptions, HELP, parseDemoOptions } from './demo/options.ts';
import { createScreen, type Screen } from './demo/screen.ts';
import type { Totals } from './demo/totals.ts';
import { demoWorld } from './demo/world-file.ts';
import { type Holdfast, holdfastProcesses, newApiKey } from './holdfast-processes.ts';
import { lastLines, type Service } from './service.ts';
import { givenServices, type Services, startServices } from './services.ts';

const logDir = join(localDir, 'logs');
const WATCH_MS = 250;

/** Asked to stop before the live stream began. */
class Stopped extends Error {}

interface Start {
  readonly options: DemoOptions;
  readonly screen: Screen;
  readonly startedAt: number;
  readonly signal: AbortSignal;
  /** Ends the run with this error. */
  readonly fail: (error: Error) => void;
}

/** The demo from the build to the totals. Whatever it started is stopped in the reverse order, however it ends. */
async function runAll(start: Start): Promise<Totals> {
  const { options, screen, signal } = start;
  const given = givenServices(process.env);
  if (options.fresh) {
    if (given.redis !== undefined || given.kafka !== undefined) {
      throw new Error('--fresh deletes local data only: empty the Redis and the Kafka that you have given yourself');
    }
    await emptyDataDirectory(dataDir);
  }
  await buildIfStale(screen.say);
  unlessStopped(signal);
  const services = await startServices({ dataDir, ...given, log: screen.say });
  try {
    unlessStopped(signal);
    return await runService(start, services);
  } finally {
    await services.stop();
  }
}

async function runService(start: Start, services: Services): Promise<Totals> {
  const { options, screen, startedAt, signal, fail } = start;
  const { redisUrl, kafkaBrokers } = services;
  const world = await demoWorld(join(dataDir, 'world.json'), options);
  // Compiled code: the contracts are classes with decorators, which Node cannot run as they are written.
  const { prepareTopics } = await import('./prepare-topics.ts');
  const { runDemo } = await import('./demo/run-demo.ts');
  const environment = { HOLDFAST_ENV: 'development', ...process.env, REDIS_URL: redisUrl, KAFKA_BROKERS: kafkaBrokers };
  const topics = await prepareTopics(environment);
  unlessStopped(signal);
  const holdfast = await newProcesses(services, screen);
  let watch: NodeJS.Timeout | undefined;
  try {
    await holdfast.start();
    watch = watchOver([holdfast.api, holdfast.worker, services.redis, services.kafka], fail);
    unlessStopped(signal);
    const { ratePerSecond, forSeconds } = options;
    const run = { holdfast, kafkaBrokers, topics, world, ratePerSecond, forSeconds, startedAt, screen, signal };
    return await runDemo({ ...run, onBroken: (error) => fail(asError(error)) });
  } finally {
    clearInterval(watch);
    await holdfast.stop();
  }
}

async function newProcesses({ redisUrl, kafkaBrokers }: Services, screen: Screen): Promise<Holdfast> {
  await mkdir(logDir, { recursive: true });
  for (const name of ['api.log', 'worker.log']) await rm(join(logDir, name), { force: true });
  return holdfastProcesses({
    redisUrl,
    kafkaBrokers,
    logDir,
    apiKey: await rememberedKey(),
    ports: 'expected',
    log: screen.say,
  });
}

/** The same at every start, so that what people have pasted somewhere goes on working. */
async function rememberedKey(): Promise<string> {
  const file = join(localDir, 'api-key');
  if (existsSync(file)) return (await readFile(file, 'utf8')).trim();
  const key = newApiKey();
  await writeFile(file, `${key}\n`, { mode: 0o600 });
  return key;
}

/** Fails the run when a process is gone that nobody has stopped. */
function watchOver(watched: readonly (Service | undefined)[], fail: (error: Error) => void): NodeJS.Timeout {
  return setInterval(() => {
    for (const one of watched) {
      if (one === undefined || one.pid !== undefined) continue;
      fail(
        new Error(
          `The ${one.name} has ended unexpectedly. The end of its log ${one.logFile}:\n${lastLines(one.logFile, 15)}`,
        ),
      );
    }
  }, WATCH_MS);
}

function unlessStopped(signal: AbortSignal): void {
  if (signal.aborted) throw new Stopped();
}

function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}

async function main(): Promise<number> {
  const options = parseDemoOptions(process.argv.slice(2));
  if (options === 'help') {
    process.stdout.write(HELP);
    return 0;
  }
  const screen = createScreen(options.json ? process.stderr : process.stdout);
  const stop = new AbortController();
  stop.signal.addEventListener('abort', () => screen.say('stopping'));
  let failure: Error | undefined;
  const fail = (error: Error): void => {
    failure ??= error;
    stop.abort();
  };
  // Kept to the end: npm passes on the Ctrl-C that the terminal has sent us already, and stopping takes its time.
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(name, () => stop.abort());
  const totals = await runAll({ options, screen, startedAt: performance.now(), signal: stop.signal, fail }).catch(
    (error: unknown) => {
      if (!(error instanceof Stopped) && !stop.signal.aborted) failure = asError(error);
      return undefined;
    },
  );
  if (failure !== undefined) throw failure;
  if (totals === undefined) return 0;
  if (options.json) process.stdout.write(`${JSON.stringify(totals)}\n`);
  for (const problem of totals.problems) screen.say(`PROBLEM: ${problem}`);
  return totals.ok ? 0 : 1;
}

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`start    ${asError(error).message}\n`);
  process.exitCode = 1;
}
