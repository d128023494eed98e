import { spawn } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Mutant } from './mutant.ts';

/** Longest that one run may take, its start and a test's own time-out included. */
const RUN_TIMEOUT_MS = 300_000;

/** What became of a named test; `broken`: it did not come to run, or failed for what is no finding of its own. */
export interface TestOutcome {
  readonly status: 'passed' | 'failed' | 'broken';
  /** The first line of why. */
  readonly message: string;
}

interface JsonReport {
  readonly testResults: readonly {
    readonly message: string;
    readonly assertionResults: readonly {
      readonly title: string;
      readonly status: string;
      readonly failureMessages?: readonly string[];
    }[];
  }[];
}

/** A mutant that cannot be read or run proves nothing. */
const NO_FINDING =
  /SyntaxError|ReferenceError|TypeError|Transform failed|PARSE_ERROR|compiling script|nonexistent global|attempt to (call|index|compare|perform|concatenate)/;

/** Runs tests by their exact names in the mirror; the outcome of each by its name. */
export async function runTests(
  mirror: string,
  tests: readonly Mutant['test'][],
  redisUrl: string,
): Promise<ReadonlyMap<string, TestOutcome>> {
  const output = join(mirror, 'report.json');
  await rm(output, { force: true });
  const names = [...new Set(tests.map(({ name }) => name))];
  const files = [...new Set(tests.map(({ file }) => file))];
  const pattern = `(^| )(${names.map((name) => name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|')})$`;
  const printed = await vitest(mirror, { files, pattern, output, redisUrl });
  const report = await readFile(output, 'utf8').then(
    (text) => JSON.parse(text) as JsonReport,
    () => null,
  );
  return new Map(names.map((name) => [name, report === null ? broken(printed) : outcomeOf(name, report)]));
}

function outcomeOf(name: string, { testResults }: JsonReport): TestOutcome {
  const results = testResults.flatMap(({ assertionResults }) => assertionResults);
  const result = results.find(({ title, status }) => title === name && (status === 'passed' || status === 'failed'));
  if (result === undefined) return broken(testResults.map(({ message }) => message).join(' '));
  const message = result.failureMessages?.join('\n') ?? '';
  if (result.status === 'failed' && NO_FINDING.test(message)) return broken(message);
  return { status: result.status === 'passed' ? 'passed' : 'failed', message: firstLine(message) };
}

function broken(why: string): TestOutcome {
  return { status: 'broken', message: firstLine(why) };
}

function firstLine(text: string): string {
  return text.trim().split('\n')[0] ?? '';
}

/** Resolves with what it printed, however it ended: the report says the rest. */
function vitest(
  mirror: string,
  { files, pattern, output, redisUrl }: { files: readonly string[]; pattern: string; output: string; redisUrl: string },
): Promise<string> {
  const config = join('libs', 'testkit', 'mutants', 'vitest.config.ts');
  const args = ['run', '--config', config, '--reporter=json', `--outputFile=${output}`, '-t', pattern, ...files];
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join('node_modules', 'vitest', 'vitest.mjs'), ...args], {
      cwd: mirror,
      env: { ...process.env, REDIS_URL: redisUrl },
      timeout: RUN_TIMEOUT_MS,
      killSignal: 'SIGKILL',
    });
    let printed = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (part: Buffer) => (printed += part.toString()));
    child.once('error', reject);
    child.once('close', () => resolve(printed));
  });
}
