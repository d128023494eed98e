import { CommanderError } from 'commander';
import { ModelRefused, UnusableTopics } from '#libs/adapters';
import { TransientFault } from '#libs/core';
import type { Config } from '#libs/platform';
import { CommandFailed, Interrupted, UsageError } from './failures.ts';
import { createProgram } from './program.ts';
import { EXIT, type Terminal } from './terminal.ts';

/** Runs one command line and gives the exit code. Never throws. */
export async function runOps(
  argv: readonly string[],
  { terminal, config }: { terminal: Terminal; config: () => Config },
): Promise<number> {
  let code: number = EXIT.ok;
  const program = createProgram({ terminal, config, exit: (given) => (code = given) });
  try {
    await program.parseAsync(argv, { from: 'user' });
    return code;
  } catch (error) {
    return tell(error, terminal);
  }
}

/** Says what went wrong and what to do; gives the exit code. */
function tell(error: unknown, terminal: Terminal): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  if (error instanceof UsageError) {
    terminal.err(`error: ${error.message}\n`);
    return EXIT.usage;
  }
  if (error instanceof CommandFailed || error instanceof ModelRefused || error instanceof UnusableTopics) {
    terminal.err(`error: ${error.message}\n`);
    return EXIT.failed;
  }
  if (error instanceof Interrupted) {
    terminal.err(`${error.message}\n`);
    return EXIT.interrupted;
  }
  if (error instanceof TransientFault) {
    terminal.err(`error: ${error.message}\n${adviceOn(error)}`);
    return EXIT.failed;
  }
  if (isFileError(error)) {
    terminal.err(`error: ${error.message}\nCheck that the path exists and may be used.\n`);
    return EXIT.failed;
  }
  terminal.err(`This is a bug: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  return EXIT.bug;
}

function adviceOn({ code }: TransientFault): string {
  if (code.startsWith('model')) return '';
  const variable = code.startsWith('store') ? 'REDIS_URL' : 'KAFKA_BROKERS';
  return `Check that ${variable} names a service that runs, then try again.\n`;
}

function isFileError(error: unknown): error is Error {
  return (
    error instanceof Error &&
    ['ENOENT', 'EACCES', 'EISDIR', 'ENOTDIR', 'ENOSPC', 'EEXIST'].includes((error as NodeJS.ErrnoException).code ?? '')
  );
}
