import { existsSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { CommandFailed, Interrupted } from '../../../apps/ops/src/failures.ts';
import { processTerminal } from '../../../apps/ops/src/terminal.ts';
import { preparePython, ProgramFailed, run } from '../python-environment.ts';
import { detectionRows, type DetectionHistory, importedHandbook } from './detection-history.ts';
import { type DetectionFigures, detectionText, knowsTooMuch } from './detection-text.ts';

const project = join(import.meta.dirname, '../../..');
const training = join(project, 'models/training');
const folder = join(project, '.holdfast/detection');
/** Not a part of this project: whoever has it puts it there. */
const HANDBOOK = join(project, '../shared/data/handbook/transactions.csv.gz');
/** As `--search` chose them on the Handbook's validation folds. */
const FROZEN_PARAMETERS = join(training, 'benchmark-parameters.json');

/** What is asked of the benchmark, as on the command line. */
export interface DetectionOptions {
  /** NDJSON files; both or neither. */
  readonly transactions?: string | undefined;
  readonly labels?: string | undefined;
  /** A file, read by an evaluation and written by a search. */
  readonly parameters?: string | undefined;
  readonly search: boolean;
  readonly json: boolean;
}

const say = (line: string): void => void process.stderr.write(`${line}\n`);

/** `npm run bench -- detection`: figures on stdout, progress on stderr. Gives the exit code: 1 when it fails or something leaks, 2 when it was asked amiss. */
export async function benchDetection(options: DetectionOptions): Promise<number> {
  const { transactions, labels } = options;
  if ((transactions === undefined) !== (labels === undefined)) {
    say('Give both --transactions and --labels.');
    return 2;
  }
  const given = transactions === undefined || labels === undefined ? null : { transactions, labels };
  if (given === null && !existsSync(HANDBOOK)) {
    say('The Handbook is not beside the project. Give a history of your own: --transactions F --labels F, NDJSON.');
    return 2;
  }
  try {
    return await measure(given, options);
  } catch (error) {
    if (!(error instanceof ProgramFailed || error instanceof CommandFailed || error instanceof Interrupted)) throw error;
    say(`error: ${error.message}`);
    return 1;
  }
}

/** `given` null: the Handbook. */
async function measure(given: DetectionHistory | null, options: DetectionOptions): Promise<number> {
  const { search, json, parameters = FROZEN_PARAMETERS } = options;
  const terminal = processTerminal();
  say('detection: preparing Python (a minute the first time)');
  const python = await preparePython(join(project, '.holdfast/training/venv'), join(training, 'requirements.txt'));
  const history = given ?? (await importedHandbook(HANDBOOK, folder, terminal));
  const rows = await detectionRows(history, folder, terminal);
  const out = join(folder, `figures-${process.pid}.json`);
  const asked = ['--rows', rows, '--calendar', given === null ? 'published' : 'counted-back', '--out', out];
  const what = ['--parameters', parameters, ...(search ? ['--search'] : [])];
  try {
    await run(python, ['-m', 'holdfast_training.benchmark', ...asked, ...what], { cwd: training });
    const figures = JSON.parse(await readFile(out, 'utf8')) as DetectionFigures;
    const leaks = given === null ? knowsTooMuch(figures) : [];
    const text = json ? JSON.stringify({ ...figures, leaks }) : detectionText(figures, given === null);
    process.stdout.write(`${text}\n`);
    for (const leak of leaks) say(`LEAK: ${leak}`);
    return leaks.length === 0 ? 0 : 1;
  } finally {
    await rm(out, { force: true });
  }
}
