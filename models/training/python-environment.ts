import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * A virtual environment in `folder` with exactly what `requirements` (with hashes) asks for; made anew when that file has changed.
 * Returns its interpreter. Needs Python 3.11 or newer as `python3`.
 */
export async function preparePython(folder: string, requirements: string): Promise<string> {
  const stamp = join(folder, 'requirements.sha256');
  const python = join(folder, 'bin', 'python');
  const wanted = createHash('sha256')
    .update(await readFile(requirements))
    .digest('hex');
  if (existsSync(python) && (await readFile(stamp, 'utf8').catch(() => '')) === wanted) return python;
  await rm(folder, { recursive: true, force: true });
  await run('python3', [
    '-c',
    'import sys; sys.exit("Python 3.11 or newer is needed" if sys.version_info < (3, 11) else 0)',
  ]);
  await run('python3', ['-m', 'venv', folder]);
  await run(python, [
    '-m',
    'pip',
    'install',
    '--quiet',
    '--disable-pip-version-check',
    '--only-binary=:all:',
    '--require-hashes',
    '-r',
    requirements,
  ]);
  await writeFile(stamp, wanted);
  return python;
}

/** A program did not end with 0; it has said itself why. */
export class ProgramFailed extends Error {
  override readonly name = 'ProgramFailed';
}

/** Runs a command in the foreground, its output to the terminal. Rejects with `ProgramFailed` when it does not end with 0. */
export async function run(command: string, args: readonly string[], { cwd }: { cwd?: string } = {}): Promise<void> {
  const child = spawn(command, args, {
    stdio: ['ignore', 'inherit', 'inherit'],
    ...(cwd === undefined ? {} : { cwd }),
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', (cause) => reject(new Error(`${command} cannot be started: is it installed?`, { cause })));
    child.on('close', resolve);
  });
  if (code !== 0) throw new ProgramFailed(`${command} ${args[0] ?? ''} ended with ${code}`);
}
