import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { buildIfStale } from '../../../deploy/local/build.ts';
import { localDir } from '../../../deploy/local/cached-download.ts';
import { startServices } from '../../../deploy/local/services.ts';
import { MUTANTS } from './all-mutants.ts';
import { judgeSimulated, type SimulatedVerdict } from './judge-simulated.ts';
import { Mirror } from './mirror.ts';
import type { Mutant } from './mutant.ts';
import { runTests } from './run-tests.ts';
import { SIMULATED_MUTANTS, type SimulatedMutant } from './simulated-mutants.ts';

/** `stale`: the text that it changes is no longer there. `broken`: its test failed for another reason than a finding. */
interface Verdict {
  readonly name: string;
  readonly verdict: 'caught' | 'survived' | 'stale' | 'broken';
  readonly test: string;
  readonly file: string;
  readonly message: string;
  readonly seconds: number;
}

async function judge(mutant: Mutant, mirror: Mirror, redisUrl: string): Promise<Verdict> {
  const startedAt = performance.now();
  const { name, test } = mutant;
  const verdict = (kind: Verdict['verdict'], message: string): Verdict => {
    const seconds = Math.round((performance.now() - startedAt) / 100) / 10;
    return { name, verdict: kind, test: test.name, file: test.file, message, seconds };
  };
  const undo = await mirror.change(mutant.edits);
  if (undo === null) return verdict('stale', 'the text to change does not occur exactly once');
  try {
    const outcome = (await runTests(mirror.path, [test], redisUrl)).get(test.name);
    if (outcome === undefined || outcome.status === 'broken') return verdict('broken', outcome?.message ?? 'not run');
    return verdict(outcome.status === 'failed' ? 'caught' : 'survived', outcome.message);
  } finally {
    await undo();
  }
}

/** Throws unless every test that is to catch something passes on the sources as they are. */
async function checkUnchanged(mutants: readonly Mutant[], mirror: Mirror, redisUrl: string): Promise<void> {
  const tests = mutants.map(({ test }) => test);
  const outcomes = await runTests(mirror.path, tests, redisUrl);
  const failing = [...outcomes].filter(([, { status }]) => status !== 'passed');
  if (failing.length === 0) return;
  const lines = failing.map(([name, { status, message }]) => `  ${name}: ${status} ${message}`);
  throw new Error(`Without any mutant these tests do not pass:\n${lines.join('\n')}`);
}

async function run(mutants: readonly Mutant[]): Promise<Verdict[]> {
  const dataDir = join(localDir, `test-mutants-${process.pid}`);
  const mirror = await Mirror.create();
  const services = await startServices({ dataDir, kafka: false });
  try {
    console.error(`mutants ${mutants.length}, first their tests on the sources as they are`);
    await checkUnchanged(mutants, mirror, services.redisUrl);
    const verdicts: Verdict[] = [];
    for (const mutant of mutants) {
      const judged = await judge(mutant, mirror, services.redisUrl);
      verdicts.push(judged);
      console.error(`${judged.verdict.padEnd(8)} ${judged.name} (${judged.seconds} s) ${judged.message}`);
    }
    return verdicts;
  } finally {
    await services.stop();
    await rm(dataDir, { recursive: true, force: true });
    await mirror.remove();
  }
}

/** Has the simulation look for each mistake, in at most `schedules` schedules. */
async function simulate(mutants: readonly SimulatedMutant[], schedules: number): Promise<SimulatedVerdict[]> {
  await buildIfStale((line) => console.error(line));
  const mirror = await Mirror.create();
  try {
    await mirror.runCoreFromSource();
    const verdicts: SimulatedVerdict[] = [];
    for (const mutant of mutants) {
      const judged = await judgeSimulated(mutant, mirror, schedules);
      verdicts.push(judged);
      const { verdict, name, schedules: took, message } = judged;
      console.error(`${verdict.padEnd(8)} ${name} (${took} schedules) ${message.split('\n')[0]}`);
    }
    return verdicts;
  } finally {
    await mirror.remove();
  }
}

function sayAll(verdicts: readonly Pick<Verdict, 'name' | 'verdict'>[], lines: readonly string[], json: boolean): void {
  const caught = verdicts.filter(({ verdict }) => verdict === 'caught').length;
  if (json) console.log(JSON.stringify({ mutants: verdicts.length, caught, verdicts }, null, 2));
  else console.log(`${lines.join('\n')}\n${caught} of ${verdicts.length} caught`);
  if (caught < verdicts.length) process.exitCode = 1;
}

/** `npm run mutants`: makes each mistake of the list in a copy of the sources, and demands that its test fails, or a schedule of the simulation. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      only: { type: 'string', multiple: true },
      list: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      simulated: { type: 'boolean', default: false },
      schedules: { type: 'string', default: '2000' },
    },
  });
  const isWanted = ({ name }: Pick<Mutant, 'name'>): boolean =>
    values.only?.some((part) => name.includes(part)) ?? true;
  if (values.simulated) {
    const verdicts = await simulate(SIMULATED_MUTANTS.filter(isWanted), Number(values.schedules));
    const lines = verdicts.map(
      ({ verdict, schedules, name }) => `${verdict.padEnd(8)}  ${String(schedules).padStart(5)}  ${name}`,
    );
    sayAll(verdicts, lines, values.json);
    // What a schedule does not meet, such as a newer release, it cannot find: that is for the named tests.
    process.exitCode = verdicts.some(({ verdict }) => verdict === 'stale' || verdict === 'broken') ? 1 : 0;
    return;
  }
  const mutants = MUTANTS.filter(isWanted);
  if (mutants.length === 0) throw new Error('There is no such mutant; --list names them');
  if (values.list) return console.log(mutants.map(({ name, test }) => `${name}\n    ${test.name}`).join('\n'));
  const verdicts = await run(mutants);
  const width = Math.max(...verdicts.map(({ name }) => name.length));
  const table = verdicts.map(({ verdict, name, test }) => `${verdict.padEnd(8)}  ${name.padEnd(width)}  ${test}`);
  sayAll(verdicts, table, values.json);
}

await main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
});
