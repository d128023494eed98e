import { spawn } from 'node:child_process';

export interface CommandOptions {
  /** The name that the program finds in `argv[0]`; Redis turns into its own check tool by it. */
  readonly argv0?: string;
  readonly input?: string;
  readonly cwd?: string;
  /** In place of this process's own. */
  readonly env?: NodeJS.ProcessEnv;
  readonly timeoutMs?: number;
}

/** Runs a command to its end and returns what it printed on both streams. Throws with that text if it fails. */
export function runCommand(file: string, args: readonly string[], options: CommandOptions = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    const { argv0, cwd, env } = options;
    const child = spawn(file, args, {
      ...(argv0 === undefined ? {} : { argv0 }),
      ...(cwd === undefined ? {} : { cwd }),
      ...(env === undefined ? {} : { env }),
    });
    // Not spawn's own timeout, which would keep us alive to its end if the program does not exist.
    const timer = setTimeout(() => child.kill('SIGKILL'), options.timeoutMs ?? 60_000);
    const parts: Buffer[] = [];
    child.stdout.on('data', (part: Buffer) => parts.push(part));
    child.stderr.on('data', (part: Buffer) => parts.push(part));
    child.stdin.on('error', () => undefined);
    child.stdin.end(options.input ?? '');
    child.once('error', (error) => {
      clearTimeout(timer);
      reject(new Error(`${file} cannot be run: ${error.message}`, { cause: error }));
    });
    child.once('close', (code, signal) => {
      clearTimeout(timer);
      const printed = Buffer.concat(parts).toString().trim();
      if (code === 0) resolve(printed);
      else reject(new Error(`${file} failed (${signal ?? `exit code ${code}`}): ${printed}`));
    });
  });
}
