import process from 'node:process';
import { StopSignal } from '#libs/core';

/** Where a command speaks: its result on stdout, everything else on stderr. */
export interface Terminal {
  /** Writes to stdout. */
  out(text: string): void;
  /** Writes to stderr. */
  err(text: string): void;
  /** Whether stderr is a terminal that a line can be written over on. */
  readonly isTty: boolean;
  /** Stops at the first Ctrl-C; long work ends by it. */
  readonly stopSignal: StopSignal;
}

/** Exit codes of every command; a wrong environment ends the process with 78 (see `processConfig`). */
export const EXIT = { ok: 0, failed: 1, usage: 2, bug: 70, interrupted: 130 } as const;

/** This process's terminal. The first SIGINT or SIGTERM stops in order, the second at once. */
export function processTerminal(): Terminal {
  const stopSignal = new StopSignal();
  for (const signal of ['SIGINT', 'SIGTERM']) {
    process.on(signal, () => {
      if (stopSignal.stopped) process.exit(EXIT.interrupted);
      stopSignal.stop();
    });
  }
  return {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    isTty: process.stderr.isTTY,
    stopSignal,
  };
}
