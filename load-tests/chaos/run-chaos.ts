import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import type { PrivateSystem } from '../../deploy/local/private-system.ts';
import type { Services } from '../../deploy/local/services.ts';
import { FAULTS, type FaultName } from './faults.ts';
import type { PlannedFault } from './fault-schedule.ts';
import { HttpAsker, type Asked } from './http-asker.ts';

export interface ChaosOptions {
  /** Transactions as NDJSON, one a line, in the order of their times. */
  readonly file: string;
  /** Transactions that are sent. */
  readonly limit: number;
  readonly ratePerSecond: number;
  /** Every n-th of them is asked over HTTP as well; 0 for none. */
  readonly httpEvery: number;
  readonly faults: readonly PlannedFault[];
  readonly workDir: string;
  readonly log: (line: string) => void;
}

export interface FaultReport {
  readonly name: FaultName;
  /** After the first transaction. */
  readonly atSeconds: number;
  /** Until what was broken ran and was ready again. */
  readonly recoveredSeconds: number;
}

export interface ChaosReport {
  readonly sent: unknown;
  readonly asked: Asked | null;
  readonly faults: readonly FaultReport[];
  readonly audit: unknown;
  readonly clean: boolean;
  readonly seconds: number;
}

const HTTP_CONCURRENCY = 16;
/** Until the group has dropped members that died and everything is published. */
const QUIESCE = '2m';

/**
 * Sends transactions through both doors while things break, waits until all is quiet, and audits. Everything that breaks is started again here, as a
 * supervisor does; the rest is up to the service.
 */
export async function runChaos(
  system: { services: Services; holdfast: PrivateSystem },
  options: ChaosOptions,
): Promise<ChaosReport> {
  const { log, workDir, file, limit, ratePerSecond } = options;
  const { holdfast } = system;
  const startedAt = performance.now();
  const askedFile = join(workDir, 'asked.ndjson');
  const paced = ['--limit', String(limit), '--rate', String(ratePerSecond), '--give-up', '5m'];
  const streaming = holdfast.ops(['stream', '--file', file, ...paced, '--json']);
  const asking = options.httpEvery === 0 ? null : ask(holdfast, askedFile, options);
  const supervising = new AbortController();
  const supervision = supervise(holdfast, supervising.signal, log);
  const [faults, sent, asked] = await Promise.all([breakThings(system, options, startedAt), streaming, asking]);
  if (sent.exitCode !== 0) throw new Error(`The stream failed: ${sent.errors}`);
  log(`sent: ${sent.output.trim()}; asked: ${JSON.stringify(asked)}`);
  const withAsked = asked === null ? [] : ['--asked', askedFile];
  const audit = await holdfast.ops(['audit', '--wait', QUIESCE, ...withAsked, '--json']);
  supervising.abort();
  await supervision;
  if (audit.exitCode !== 0) log(audit.errors);
  return {
    sent: JSON.parse(sent.output) as unknown,
    asked,
    faults,
    audit: audit.output === '' ? audit.errors : (JSON.parse(audit.output) as unknown),
    clean: audit.exitCode === 0,
    seconds: Math.round((performance.now() - startedAt) / 1_000),
  };
}

function ask(holdfast: PrivateSystem, askedFile: string, options: ChaosOptions): Promise<Asked> {
  const { httpEvery, ratePerSecond, limit, file } = options;
  const asker = new HttpAsker(holdfast.httpUrl, holdfast.apiKey, askedFile);
  return asker.askAll(everyNth(file, httpEvery, limit), {
    concurrency: HTTP_CONCURRENCY,
    ratePerSecond: ratePerSecond / httpEvery,
  });
}

async function* everyNth(file: string, every: number, limit: number): AsyncGenerator<string> {
  let index = 0;
  for await (const line of createInterface({ input: createReadStream(file) })) {
    if (index >= limit) return;
    if (index % every === 0) yield line;
    index += 1;
  }
}

async function breakThings(
  system: { services: Services; holdfast: PrivateSystem },
  options: ChaosOptions,
  startedAt: number,
): Promise<FaultReport[]> {
  const expectedMs = (1_000 * options.limit) / options.ratePerSecond;
  const reports: FaultReport[] = [];
  for (const { name, at } of options.faults) {
    await sleep(Math.max(0, startedAt + at * expectedMs - performance.now()));
    const brokenAt = performance.now();
    options.log(`fault: ${name}`);
    await FAULTS[name](system);
    const recoveredSeconds = Math.round((performance.now() - brokenAt) / 100) / 10;
    reports.push({ name, atSeconds: Math.round((brokenAt - startedAt) / 1_000), recoveredSeconds });
    options.log(`fault: ${name} is over after ${recoveredSeconds} s`);
  }
  return reports;
}

/** Starts a process again that ended by itself, as every supervisor would. A fault that is under way has its process back by itself. */
async function supervise(holdfast: PrivateSystem, signal: AbortSignal, log: (line: string) => void): Promise<void> {
  const down = new Map<string, number>();
  while (!signal.aborted) {
    await sleep(1_000);
    for (const process of [holdfast.worker, holdfast.api]) {
      const since = process.pid === undefined ? (down.get(process.name) ?? performance.now()) : null;
      if (since === null) {
        down.delete(process.name);
        continue;
      }
      down.set(process.name, since);
      if (performance.now() - since < 5_000 || signal.aborted) continue;
      log(`${process.name} is down: starting it again`);
      await process.start().catch((error: unknown) => log(`${process.name}: ${String(error)}`));
    }
  }
}
