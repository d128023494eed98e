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
    return await judgeAll(
      mutants,
      (mutant) => judge(mutant, mirror, services.redisUrl),
      ({ seconds }) => `${seconds} s`,
    );
  } finally {
    await services.stop();
    await rm(dataDir, { recursive: true, force: true });
    await mirror.remove();
  }
}

/** Has the simulation look for each mistake, in at most `most` schedules. */
async function simulate(mutants: readonly SimulatedMutant[], most: number): Promise<SimulatedVerdict[]> {
  await buildIfStale((line) => console.error(line));
  const mirror = await Mirror.create();
  try {
    await mirror.takeSimulation();
    return await judgeAll(
      mutants,
      (mutant) => judgeSimulated(mutant, mirror, most),
      ({ schedules }) => `${schedules} schedules`,
    );
  } finally {
    await mirror.remove();
  }
}

/** One after the other, each told of as it is judged, with what it `took`. */
async function judgeAll<M, V extends Pick<Verdict, 'name' | 'verdict' | 'message'>>(
  mutants: readonly M[],
  judged: (mutant: M) => Promise<V>,
  took: (verdict: V) => string,
): Promise<V[]> {
  const verdicts: V[] = [];
  for (const mutant of mutants) {
    const verdict = await judged(mutant);
    verdicts.push(verdict);
    const [why] = verdict.message.split('\n');
    console.error(`${verdict.verdict.padEnd(8)} ${verdict.name} (${took(verdict)}) ${why}`);
  }
  return verdicts;
}

/** Says all verdicts; whether all were caught. */
function sayAll(
  verdicts: readonly Pick<Verdict, 'name' | 'verdict'>[],
  lines: readonly string[],
  json: boolean,
): boolean {
  const caught = verdicts.filter(({ verdict }) => verdict === 'caught').length;
  if (json) console.log(JSON.stringify({ mutants: verdicts.length, caught, verdicts }, null, 2));
  else console.log(`${lines.join('\n')}\n${caught} of ${verdicts.length} caught`);
  return caught === verdicts.length;
}

async function simulated(mutants: readonly SimulatedMutant[], most: number, json: boolean): Promise<void> {
  const verdicts = await simulate(mutants, most);
  const lines = verdicts.map(
    ({ verdict, schedules, name }) => `${verdict.padEnd(8)}  ${String(schedules).padStart(5)}  ${name}`,
  );
  sayAll(verdicts, lines, json);
  // What a schedule does not meet, such as a newer release, it cannot find: that is for the named tests.
  if (verdicts.some(({ verdict }) => verdict === 'stale' || verdict === 'broken')) process.exitCode = 1;
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
  const wanted = <M extends Pick<Mutant, 'name'>>(all: readonly M[]): M[] => {
    const found = all.filter(({ name }) => values.only?.some((part) => name.includes(part)) ?? true);
    if (found.length === 0) throw new Error('There is no such mutant; --list names them');
    return found;
  };
  if (values.simulated) {
    if (!/^[1-9]\d{0,8}$/.test(values.schedules)) throw new Error('--schedules is a whole number from 1 on');
    return simulated(wanted(SIMULATED_MUTANTS), Number(values.schedules), values.json);
  }
  const mutants = wanted(MUTANTS);
  if (values.list) return console.log(mutants.map(({ name, test }) => `${name}\n    ${test.name}`).join('\n'));
  const verdicts = await run(mutants);
  const width = Math.max(...verdicts.map(({ name }) => name.length));
  const table = verdicts.map(({ verdict, name, test }) => `${verdict.padEnd(8)}  ${name.padEnd(width)}  ${test}`);
  if (!sayAll(verdicts, table, values.json)) process.exitCode = 1;
}

await main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
});
