import { createReadStream } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { buildIfStale } from '../../deploy/local/build.ts';
import { localDir } from '../../deploy/local/cached-download.ts';
import { startServices } from '../../deploy/local/services.ts';
import { measureAcks } from './ack-bench.ts';
import { formatTable } from './cpu-table.ts';
import { measureDoor, type BenchSystem } from './door-bench.ts';
import { saturate } from './http-load.ts';

const HELP = `Processor time per transaction, and how fast it goes, on this machine and what else runs on it.

  npm run bench -- core    each stage of a decision in one process, without Redis and Kafka
  npm run bench -- kafka   the worker on a real Redis and Kafka, as fast as it goes
  npm run bench -- http    the api on a real Redis and Kafka, as fast as it goes; then answers by what they wait for, at 50 a second

  --transactions N   how many are measured                        (60000 for kafka, 20000 for http)
  --warm-up N        how many before that                         (20000 and 5000)
  --file F           NDJSON to send, plain text; simulated without it
  --connections N    of the http bench                            (64)
  --json             one JSON line on stdout
  --help`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    transactions: { type: 'string' },
    'warm-up': { type: 'string' },
    file: { type: 'string' },
    connections: { type: 'string', default: '64' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
const ACK_REQUESTS = 1_000;
const log = (line: string): void => void process.stderr.write(`${line}\n`);

async function benchDoor(door: 'http' | 'kafka'): Promise<unknown> {
  const transactions = Number(values.transactions ?? (door === 'kafka' ? 60_000 : 20_000));
  const warmUp = Number(values['warm-up'] ?? (door === 'kafka' ? 20_000 : 5_000));
  const workDir = join(localDir, `bench-${process.pid}`);
  await mkdir(workDir, { recursive: true });
  const services = await startServices({ dataDir: join(workDir, 'services'), kafka: { forBenchmarks: true }, log });
  try {
    // Compiled code, so only after the build.
    const { privateSystem } = await import('../../deploy/local/private-system.ts');
    const holdfast = await privateSystem({ ...services, partitions: 12, logDir: join(workDir, 'logs'), log });
    try {
      const file = values.file === undefined ? join(workDir, 'transactions.ndjson') : resolve(values.file);
      if (values.file === undefined) await simulate(holdfast, file, transactions + warmUp + ACK_REQUESTS);
      const system = { services, holdfast };
      return door === 'kafka'
        ? await kafka(system, file, { transactions, warmUp, workDir })
        : await http(system, file, { transactions, warmUp });
    } finally {
      await holdfast.stop();
    }
  } finally {
    await services.stop();
    await rm(workDir, { recursive: true, force: true });
  }
}

interface Amounts {
  readonly transactions: number;
  readonly warmUp: number;
}

/** Everything lies in the topic before it is measured, so that batches are full: the cost of a worker that is behind, or under full load. */
async function kafka(
  system: BenchSystem,
  file: string,
  { transactions, warmUp, workDir }: Amounts & { workDir: string },
): Promise<unknown> {
  const { holdfast } = system;
  await holdfast.start();
  const lines = await readBodies(file, warmUp + transactions);
  const stream = async (part: readonly Buffer[]): Promise<void> => {
    const partFile = join(workDir, 'part.ndjson');
    await writeFile(partFile, `${part.join('\n')}\n`);
    const sent = await holdfast.ops(['stream', '--file', partFile, '--rate', 'max', '--json']);
    if (sent.exitCode !== 0) throw new Error(sent.errors);
  };
  log(`warm-up: ${warmUp} transactions`);
  await measureDoor(system, 'kafka', { transactions: warmUp, load: () => stream(lines.slice(0, warmUp)) });
  log(`measuring: ${transactions} transactions`);
  const figures = await measureDoor(system, 'kafka', { transactions, load: () => stream(lines.slice(warmUp)) });
  return { bench: 'kafka', ...figures };
}

async function http(system: BenchSystem, file: string, { transactions, warmUp }: Amounts): Promise<unknown> {
  const { holdfast } = system;
  await holdfast.start();
  const bodies = await readBodies(file, warmUp + transactions + ACK_REQUESTS);
  const connections = Number(values.connections);
  const ask = (from: number, to: number) =>
    saturate(holdfast.httpUrl, holdfast.apiKey, { bodies: bodies.slice(from, to), connections });
  log(`warm-up: ${warmUp} requests`);
  await ask(0, warmUp);
  log(`measuring: ${transactions} requests over ${connections} connections`);
  let latencies: unknown;
  const figures = await measureDoor(system, 'http', {
    transactions,
    load: async () => {
      latencies = await ask(warmUp, warmUp + transactions);
    },
  });
  log(`measuring: ${ACK_REQUESTS} requests at 50 a second, by what the answer waits for`);
  const acks = await measureAcks(holdfast, bodies.slice(warmUp + transactions));
  return { bench: 'http', connections, ...figures, latencies, acks };
}

async function simulate({ ops }: BenchSystem['holdfast'], file: string, transactions: number): Promise<void> {
  const accounts = String(Math.ceil(transactions / 50));
  const made = await ops(['simulate', '--out', file, '--seed', '11', '--accounts', accounts, '--days', '60']);
  if (made.exitCode !== 0) throw new Error(made.errors);
}

async function readBodies(file: string, count: number): Promise<Buffer[]> {
  const bodies: Buffer[] = [];
  for await (const line of createInterface({ input: createReadStream(file) })) {
    bodies.push(Buffer.from(line));
    if (bodies.length >= count) break;
  }
  return bodies;
}

function print(result: unknown): void {
  if (values.json) return void process.stdout.write(`${JSON.stringify(result)}\n`);
  const rows = Object.entries(result as Record<string, unknown>).map(([figure, value]) => ({
    figure,
    value: typeof value === 'string' ? value : JSON.stringify(value),
  }));
  process.stdout.write(`${formatTable(rows)}\n`);
}

const [bench] = positionals;
if (values.help || bench === undefined) {
  process.stdout.write(`${HELP}\n`);
  process.exitCode = values.help ? 0 : 2;
} else {
  await buildIfStale(log);
  if (bench === 'core') {
    const { benchCore } = await import('./core-bench.ts');
    await benchCore(values.json);
  } else if (bench === 'http' || bench === 'kafka') {
    print(await benchDoor(bench));
  } else {
    log(`There is no benchmark ${bench}.\n\n${HELP}`);
    process.exitCode = 2;
  }
}
