import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { buildIfStale } from '../../deploy/local/build.ts';
import { localDir } from '../../deploy/local/cached-download.ts';
import type { PrivateSystem } from '../../deploy/local/private-system.ts';
import { startServices } from '../../deploy/local/services.ts';
import { FAULTS, type FaultName } from './faults.ts';
import { planFaults } from './fault-schedule.ts';
import { runChaos, type ChaosOptions, type ChaosReport } from './run-chaos.ts';

const HELP = `Sends transactions through both doors of a real service while its parts are broken, waits until all is quiet, and audits.

  npm run chaos -- [options]

  --transactions N   how many are sent                                   (20000)
  --rate N           a second                                            (500)
  --file F           NDJSON to send, plain text; simulated without it
  --http-every N     every N-th is asked over HTTP too; 0 for none       (3)
  --faults A,B       which, of: ${Object.keys(FAULTS).join(', ')}
                     (all); "none" for none
  --lateness-days N  allowedLateness of the run                          (60)
  --seed N           of the simulation and of the order of faults        (1)
  --out F            also write the report there
  --json             one JSON line on stdout
  --help

Exits with 1 when the audit finds anything.`;

const { values } = parseArgs({
  options: {
    transactions: { type: 'string', default: '20000' },
    rate: { type: 'string', default: '500' },
    file: { type: 'string' },
    'http-every': { type: 'string', default: '3' },
    faults: { type: 'string', default: Object.keys(FAULTS).join(',') },
    'lateness-days': { type: 'string', default: '60' },
    seed: { type: 'string', default: '1' },
    out: { type: 'string' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

const log = (line: string): void => void process.stderr.write(`${line}\n`);

function faultNames(): FaultName[] {
  if (values.faults === 'none') return [];
  const names = values.faults.split(',').map((name) => name.trim());
  const unknown = names.filter((name) => !(name in FAULTS));
  if (unknown.length > 0)
    throw new Error(`There is no fault ${unknown.join(', ')}; there are ${Object.keys(FAULTS).join(', ')}`);
  return names as FaultName[];
}

async function main(): Promise<ChaosReport> {
  const faults = planFaults(faultNames(), Number(values.seed));
  const workDir = join(localDir, `chaos-${process.pid}`);
  await mkdir(workDir, { recursive: true });
  await buildIfStale(log);
  const services = await startServices({ dataDir: join(workDir, 'services'), log });
  try {
    // Compiled code, so only after the build.
    const { privateSystem } = await import('../../deploy/local/private-system.ts');
    const env = { HOLDFAST_ALLOWED_LATENESS_MS: String(Number(values['lateness-days']) * 86_400_000) };
    const logDir = join(workDir, 'logs');
    const holdfast = await privateSystem({ ...services, partitions: 12, logDir, env, log });
    try {
      const file = values.file === undefined ? await simulatedFile(workDir, holdfast) : resolve(values.file);
      await holdfast.start();
      return await runChaos({ services, holdfast }, options(file, { workDir, faults }));
    } finally {
      await holdfast.stop();
    }
  } finally {
    await services.stop();
    await rm(join(workDir, 'services'), { recursive: true, force: true });
  }
}

function options(file: string, rest: Pick<ChaosOptions, 'workDir' | 'faults'>): ChaosOptions {
  return {
    ...rest,
    file,
    limit: Number(values.transactions),
    ratePerSecond: Number(values.rate),
    httpEvery: Number(values['http-every']),
    log,
  };
}

async function simulatedFile(workDir: string, { ops }: PrivateSystem): Promise<string> {
  const file = join(workDir, 'transactions.ndjson');
  const accounts = Math.max(200, Math.round(Number(values.transactions) / 40));
  const made = await ops([
    'simulate',
    '--out',
    file,
    '--seed',
    values.seed,
    '--accounts',
    String(accounts),
    '--days',
    '45',
  ]);
  if (made.exitCode !== 0) throw new Error(made.errors);
  return file;
}

if (values.help) {
  process.stdout.write(`${HELP}\n`);
} else {
  const report = await main();
  const text = JSON.stringify(report, null, values.json ? undefined : 2);
  process.stdout.write(`${text}\n`);
  if (values.out !== undefined) await writeFile(values.out, `${JSON.stringify(report, null, 2)}\n`);
  process.exitCode = report.clean ? 0 : 1;
}
