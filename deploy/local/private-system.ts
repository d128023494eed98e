import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { projectDir } from './cached-download.ts';
import { type Holdfast, holdfastProcesses, newApiKey } from './holdfast-processes.ts';
import { type PreparedTopics, prepareTopics } from './prepare-topics.ts';
import type { Log } from './service.ts';

export interface PrivateSystemOptions {
  readonly redisUrl: string;
  readonly kafkaBrokers: string;
  readonly logDir: string;
  readonly partitions?: number;
  /** More settings, as in the environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Processes of the worker; default 1. */
  readonly workers?: number;
  readonly log?: Log;
}

/** The service as processes of their own over topics and keys of their own: of nobody else on the same Redis and Kafka. */
export interface PrivateSystem extends Holdfast {
  readonly topics: PreparedTopics;
  readonly kafkaBrokers: string;
  /** Runs `ops` against it, and resolves with what that printed. `signal` ends it, and rejects. */
  readonly ops: (
    args: readonly string[],
    options?: { readonly signal?: AbortSignal },
  ) => Promise<{ readonly exitCode: number; readonly output: string; readonly errors: string }>;
}

/** Creates the topics and the handles of the processes; `start()` starts them. Needs a build. */
export async function privateSystem(options: PrivateSystemOptions): Promise<PrivateSystem> {
  const { redisUrl, kafkaBrokers, logDir, log = () => undefined } = options;
  const name = `t${randomBytes(5).toString('hex')}`;
  const env = {
    HOLDFAST_ENV: 'development',
    HOLDFAST_TOPIC_PREFIX: `${name}.`,
    HOLDFAST_KEY_PREFIX: name,
    HOLDFAST_CONSUMER_GROUP: `holdfast-${name}`,
    HOLDFAST_PARTITIONS: String(options.partitions ?? 4),
    ...options.env,
  };
  const environment = { ...process.env, ...env, REDIS_URL: redisUrl, KAFKA_BROKERS: kafkaBrokers };
  const topics = await prepareTopics(environment);
  await mkdir(logDir, { recursive: true });
  const holdfast = await holdfastProcesses({
    redisUrl,
    kafkaBrokers,
    logDir,
    env,
    workers: options.workers ?? 1,
    apiKey: newApiKey(),
    ports: 'any',
    log,
  });
  return { ...holdfast, topics, kafkaBrokers, ops: (args, { signal } = {}) => runOps(args, environment, signal) };
}

function runOps(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  signal: AbortSignal | undefined,
): ReturnType<PrivateSystem['ops']> {
  const main = join(projectDir, 'dist', 'apps', 'ops', 'src', 'main.js');
  return new Promise((resolve, reject) => {
    const stoppedBy = signal === undefined ? {} : { signal };
    const child = spawn(process.execPath, ['--enable-source-maps', main, ...args], {
      env,
      cwd: projectDir,
      ...stoppedBy,
    });
    let output = '';
    let errors = '';
    child.stdout.on('data', (part: Buffer) => (output += part.toString()));
    child.stderr.on('data', (part: Buffer) => (errors += part.toString()));
    child.once('error', reject);
    child.once('close', (code) => resolve({ exitCode: code ?? 1, output, errors }));
  });
}
