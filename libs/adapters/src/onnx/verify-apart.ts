import { fork } from 'node:child_process';
import { extname, join } from 'node:path';
import type { ModelFiles } from './model-files.ts';
import { type ModelRefusal, ModelRefused } from './model-refused.ts';
import type { ModelTrust } from './model-trust.ts';

/** What the child says of a model. */
export type Verdict =
  { readonly accepted: true } | { readonly accepted: false; readonly code: ModelRefusal; readonly because: string };

const DEADLINE_MS = 60_000;
/** This file is TypeScript in development and JavaScript when it is built; so is the child's. */
const EXTENSION = extname(import.meta.filename);

/**
 * Verifies a model in a process of its own, so that neither its time nor its memory nor a crash of the runtime is ours. Takes about a second. Throws
 * `ModelRefused`, also when the child cannot be started, dies or does not end.
 */
export async function verifyApart(files: ModelFiles, trust: ModelTrust): Promise<void> {
  const child = fork(join(import.meta.dirname, `verifier${EXTENSION}`), [], {
    execArgv: EXTENSION === '.ts' ? ['--conditions=source'] : [],
    serialization: 'advanced',
    timeout: DEADLINE_MS,
    killSignal: 'SIGKILL',
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const verdict = await new Promise<Verdict>((resolve) => {
    let said: Verdict | null = null;
    child.once('message', (message) => (said = message as Verdict));
    child.once('error', ({ message }) => resolve(refused(`no process could be started to verify it: ${message}`)));
    child.once('exit', (code, signal) => resolve(said ?? died(code, signal)));
    child.send({ files, trust }, (error) => {
      // A child that is gone says so by its exit.
      if (error !== null) child.kill('SIGKILL');
    });
  });
  if (!verdict.accepted) throw new ModelRefused(verdict.code, files.directory, verdict);
}

function died(code: number | null, signal: NodeJS.Signals | null): Verdict {
  return refused(
    `the process that verified it ended with ${signal === null ? `exit code ${code}` : `signal ${signal}`}`,
  );
}

function refused(because: string): Verdict {
  return { accepted: false, code: 'cannot_run', because };
}
