import { StopSignal } from '#libs/core';
import type { Config } from '#libs/platform';
import { runOps } from '../src/run-ops.ts';

/** What a command line came to. */
export interface CommandRun {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs a command line in this process, as `npm run ops --` would. */
export async function runCommand(
  argv: readonly string[],
  options: { readonly config?: Config; readonly stopSignal?: StopSignal } = {},
): Promise<CommandRun> {
  let out = '';
  let err = '';
  const terminal = {
    out: (text: string) => void (out += text),
    err: (text: string) => void (err += text),
    isTty: false,
    stopSignal: options.stopSignal ?? new StopSignal(),
  };
  const config = (): Config => {
    if (options.config === undefined) throw new Error('This command needs no environment');
    return options.config;
  };
  const code = await runOps(argv, { terminal, config });
  return { code, out, err };
}
