import { createReadStream } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { localDir } from '../../deploy/local/cached-download.ts';
import type { PrivateSystem } from '../../deploy/local/private-system.ts';
import { type Services, startServices } from '../../deploy/local/services.ts';

/** A running service, what it runs on, and a folder that goes when it stops. */
export interface BenchSystem {
  readonly services: Services;
  readonly holdfast: PrivateSystem;
  readonly workDir: string;
}

const PARTITIONS = 12;

/** Runs `work` on a service of its own, with a broker as in production; stops everything afterwards. Needs a build. */
export async function withSystem<T>(
  log: (line: string) => void,
  work: (system: BenchSystem) => Promise<T>,
  { env }: { readonly env?: Readonly<Record<string, string>> } = {},
): Promise<T> {
  const workDir = join(localDir, `bench-${process.pid}`);
  await mkdir(workDir, { recursive: true });
  const services = await startServices({ dataDir: join(workDir, 'services'), kafka: { forBenchmarks: true }, log });
  try {
    // Compiled code, so only after the build.
    const { privateSystem } = await import('../../deploy/local/private-system.ts');
    const logDir = join(workDir, 'logs');
    const holdfast = await privateSystem({
      ...services,
      partitions: PARTITIONS,
      logDir,
      log,
      ...(env === undefined ? {} : { env }),
    });
    try {
      return await work({ services, holdfast, workDir });
    } finally {
      await holdfast.stop();
    }
  } finally {
    await services.stop();
    await rm(workDir, { recursive: true, force: true });
  }
}

/** The first `count` transactions of `file`, or of a simulation, as they are sent: one JSON text each. */
export async function transactionBodies(
  { holdfast, workDir }: BenchSystem,
  count: number,
  file?: string,
): Promise<Buffer[]> {
  const source = file === undefined ? join(workDir, 'transactions.ndjson') : resolve(file);
  if (file === undefined) {
    const accounts = String(Math.ceil(count / 50));
    await ops(holdfast, ['simulate', '--out', source, '--seed', '11', '--accounts', accounts, '--days', '60']);
  }
  const bodies: Buffer[] = [];
  for await (const line of createInterface({ input: createReadStream(source) })) {
    bodies.push(Buffer.from(line));
    if (bodies.length >= count) break;
  }
  if (bodies.length < count) throw new Error(`${source} has ${bodies.length} transactions, and ${count} are needed`);
  return bodies;
}

/** Puts transactions on the input topic as fast as it takes them. */
export async function stream({ holdfast, workDir }: BenchSystem, bodies: readonly Buffer[]): Promise<void> {
  const part = join(workDir, 'part.ndjson');
  await writeFile(part, `${bodies.join('\n')}\n`);
  await ops(holdfast, ['stream', '--file', part, '--rate', 'max', '--json']);
}

async function ops(holdfast: PrivateSystem, args: readonly string[]): Promise<void> {
  const done = await holdfast.ops(args);
  if (done.exitCode !== 0) throw new Error(done.errors);
}
