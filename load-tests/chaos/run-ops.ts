import { spawn } from 'node:child_process';
import { join } from 'node:path';
import process from 'node:process';
import { projectDir } from '../../deploy/local/cached-download.ts';

/** What a command of the command line printed and how it ended. */
export interface OpsResult {
  readonly code: number;
  /** The JSON line of its result; null when it printed none. */
  readonly result: unknown;
  readonly messages: string;
}

/** Runs `ops <args> --json` from the build, with the environment of the services. */
export function runOps(args: readonly string[], environment: Readonly<Record<string, string>>): Promise<OpsResult> {
  const main = join(projectDir, 'dist', 'apps', 'ops', 'src', 'main.js');
  const child = spawn(process.execPath, [main, ...args, '--json'], {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  let messages = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (messages += text));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      const line = output.trim().split('\n').at(-1) ?? '';
      resolve({ code: code ?? 1, result: line === '' ? null : (JSON.parse(line) as unknown), messages });
    });
  });
}
