import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import process from 'node:process';
import { buildIfStale } from '../../deploy/local/build.ts';
import { localDir } from '../../deploy/local/cached-download.ts';
import { type ChaosOptions, HELP, readOptions, UsageError } from './options.ts';
import type { ChaosReport } from './report.ts';

const startedAt = performance.now();
const log = (line: string): void => {
  const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1).padStart(6);
  process.stderr.write(`${seconds} ${line}\n`);
};

/** Ctrl-C ends the run in order; a second one at once: what was started ends with this process, however it goes. */
function stopOnSignals(abort: AbortController): void {
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => {
      if (abort.signal.aborted) process.exit(130);
      log(`stopping (${name})`);
      abort.abort(new StoppedBySignal(name));
    });
  }
}

class StoppedBySignal extends Error {
  override readonly name = 'StoppedBySignal';
}

async function run(options: ChaosOptions, workDir: string, abort: AbortController): Promise<ChaosReport> {
  const { signal } = abort;
  await buildIfStale(log);
  // Compiled code, so only after the build.
  const { startBrokenSystem } = await import('./broken-system.ts');
  const { runChaos } = await import('./run-chaos.ts');
  signal.throwIfAborted();
  const system = await startBrokenSystem({ ...options, workDir, signal, log });
  try {
    return await runChaos(system, { options, workDir, log, signal });
  } catch (error) {
    // Everything else that is under way ends too.
    abort.abort(error);
    throw error;
  } finally {
    await system.stop();
  }
}

/** The report as text: a short run's last line says the totals only. */
function print(report: ChaosReport, { json, short }: ChaosOptions): void {
  if (!json) return void process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
  const { faults: _, audit: __, recovery: ___, ...totals } = report;
  process.stdout.write(`${JSON.stringify(short ? totals : report)}\n`);
}

async function main(options: ChaosOptions): Promise<number> {
  const abort = new AbortController();
  stopOnSignals(abort);
  const workDir = join(localDir, `chaos-${process.pid}`);
  await mkdir(workDir, { recursive: true });
  let failure: unknown;
  const report = await run(options, workDir, abort).catch((error: unknown) => {
    failure = error;
    return null;
  });
  if (report !== null) {
    if (options.out !== null) await writeFile(resolve(options.out), `${JSON.stringify(report, null, 2)}\n`);
    print(report, options);
  }
  const stopped = abort.signal.reason instanceof StoppedBySignal;
  if (failure !== undefined) log(`chaos: ${stopped ? 'stopped' : describe(failure)}`);
  if (report?.clean === true || stopped) {
    if (!options.keep) await rm(workDir, { recursive: true, force: true });
    return report?.clean === true ? 0 : 130;
  }
  if (!options.keep) await rm(join(workDir, 'services', 'kafka'), { recursive: true, force: true });
  log(
    `chaos: ${report === null ? 'FAILED' : 'NOT CLEAN'}. Logs, and what was asked over HTTP: ${relative('', workDir)}`,
  );
  return 1;
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return `${error.message}${error.cause === undefined ? '' : `: ${describe(error.cause)}`}`;
}

try {
  const options = readOptions(process.argv.slice(2));
  if (options === null) process.stdout.write(`${HELP}\n`);
  else process.exitCode = await main(options);
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 2;
}
