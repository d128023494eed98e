import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { buildIfStale } from '../../deploy/local/build.ts';
import type { RangeMessage } from './range-worker.ts';
import { planSchedule } from './schedule-plan.ts';
import { addTotals, NO_SCHEDULES, type ScheduleTotals } from './schedule-totals.ts';

const HELP = `Runs the protocol through schedules of messages and faults in virtual time, each settled by its seed, and audits each.

  npm run sim -- [options]

  --seeds N        how many schedules                          (2000)
  --from S         the first seed                              (1)
  --seed S         only this one; when it fails, shrunk to what it still fails with
  --jobs N         threads                                     (one a core)
  --until-failure  stop at the first schedule that fails
  --json           one JSON line on stdout
  --help

The product's own workers, relays, openers, entity updaters and HTTP door run over a store, a log, a consumer group and a network that are simulated.
Exits with 1 when anything breaks, and names the seeds.`;

const SHOWN_FAILURES = 10;
const PROGRESS_MS = 5_000;

interface Options {
  readonly seeds: number;
  readonly from: number;
  readonly seed: number | null;
  readonly jobs: number;
  readonly untilFailure: boolean;
  readonly json: boolean;
}

/** What the command line asks for; null for help. */
function readOptions(): Options | null {
  const { values } = parseArgs({
    options: {
      seeds: { type: 'string', default: '2000' },
      from: { type: 'string', default: '1' },
      seed: { type: 'string' },
      jobs: { type: 'string', default: String(availableParallelism()) },
      'until-failure': { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return null;
  const whole = (name: 'seeds' | 'from' | 'seed' | 'jobs', text: string): number => {
    if (!/^[1-9]\d{0,8}$/.test(text))
      throw new Error(`--${name} is a whole number from 1 on, not "${text}". See --help.`);
    return Number(text);
  };
  return {
    seeds: whole('seeds', values.seeds),
    from: whole('from', values.from),
    seed: values.seed === undefined ? null : whole('seed', values.seed),
    jobs: whole('jobs', values.jobs),
    untilFailure: values['until-failure'],
    json: values.json,
  };
}

/** Runs all schedules, each thread every `jobs`-th. */
async function runAll(options: Options): Promise<ScheduleTotals> {
  const { seeds, from, jobs, untilFailure } = options;
  const startedMs = performance.now();
  const sofar = new Map<number, ScheduleTotals>();
  const failed = new AbortController();
  const sum = (): ScheduleTotals => [...sofar.values()].reduce(addTotals, NO_SCHEDULES);
  const progress = setInterval(() => {
    const { schedules, failing } = sum();
    const perSecond = Math.round((schedules / (performance.now() - startedMs)) * 1_000);
    console.error(`${schedules} of ${seeds} schedules, ${failing.length} fail, ${perSecond} a second`);
  }, PROGRESS_MS);
  try {
    const runs = Array.from({ length: Math.min(jobs, seeds) }, (_, job) => {
      const range = { first: from + job, end: from + seeds, step: Math.min(jobs, seeds) };
      return runThread({ range, untilFailure }, failed.signal, (totals) => {
        sofar.set(job, totals);
        if (untilFailure && totals.failing.length > 0) failed.abort();
      });
    });
    await Promise.all(runs);
    return sum();
  } finally {
    clearInterval(progress);
  }
}

function runThread(workerData: object, stop: AbortSignal, told: (totals: ScheduleTotals) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const thread = new Worker(new URL('range-worker.ts', import.meta.url), { workerData });
    thread.on('message', ({ totals, done }: RangeMessage) => {
      told(totals);
      if (done) resolve();
    });
    stop.addEventListener('abort', () => void thread.terminate());
    thread.once('error', reject);
    thread.once('exit', (code) => {
      if (stop.aborted) resolve();
      else reject(new Error(`A thread of the simulation ended with ${code}`));
    });
  });
}

/** One schedule, shrunk if it fails. */
async function runOne(seed: number, json: boolean): Promise<boolean> {
  const [{ runSchedule }, { shrink }] = await Promise.all([import('./run-schedule.ts'), import('./shrink.ts')]);
  const plan = planSchedule(seed);
  const outcome = await runSchedule(plan);
  if (outcome.broken.length === 0) {
    console.log(json ? JSON.stringify({ ok: true, seed, ...outcome }) : `seed ${seed}: everything holds`);
    return true;
  }
  const shrunk = await shrink(plan, outcome);
  if (json) console.log(JSON.stringify({ ok: false, seed, broken: outcome.broken, shrunk }));
  else {
    const { shape, traffic, faults } = shrunk.plan;
    const steps = [...traffic, ...faults]
      .toSorted((a, b) => a.atMs - b.atMs)
      .map((step) => `  ${JSON.stringify(step)}`);
    console.log(`seed ${seed} fails:\n${outcome.broken.join('\n')}`);
    console.log(`\nso does what is left when all is left out that can be:\n${shrunk.outcome.broken.join('\n')}`);
    console.log(`  ${JSON.stringify(shape)}\n${steps.join('\n')}`);
  }
  return false;
}

async function main(): Promise<boolean> {
  const options = readOptions();
  if (options === null) {
    console.log(HELP);
    return true;
  }
  await buildIfStale((line) => console.error(line));
  if (options.seed !== null) return runOne(options.seed, options.json);
  const startedMs = performance.now();
  const { failing, ...totals } = await runAll(options);
  const seconds = (performance.now() - startedMs) / 1_000;
  const { user, system } = process.cpuUsage();
  const perSecondAndCore = Math.round(totals.schedules / ((user + system) / 1e6));
  const ok = failing.length === 0;
  if (options.json) console.log(JSON.stringify({ ok, ...totals, seconds, perSecondAndCore, failing }));
  else {
    for (const { seed, broken } of failing.slice(0, SHOWN_FAILURES))
      console.log(`seed ${seed}: ${broken.join('\n  ')}`);
    if (!ok) console.log(`npm run sim -- --seed ${failing[0]?.seed} shrinks the first one`);
    const { schedules, decided, openings, lostAnswers, events } = totals;
    console.log(
      `${schedules} schedules, ${failing.length} fail: ${decided} decisions, ${openings} openings, ${lostAnswers} answers of ack=state lost with their store, ` +
        `${events} events; ${Math.round(seconds)} s, ${perSecondAndCore} schedules a second and core`,
    );
  }
  return ok;
}

try {
  if (!(await main())) process.exitCode = 1;
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 2;
}
