import type { Command } from 'commander';
import { DAY_MS } from '#libs/core';
import type { CommandContext } from '../command-context.ts';
import { durationMs, instantMs } from '../options.ts';
import { Progress } from '../progress.ts';
import { type KnownDecision, readDecisions } from './read-decisions.ts';

/** Which of the log's decisions a command looks at, as commander gives it. */
export interface DecisionOptions {
  readonly since?: number;
  readonly labelDelay: number;
}

/** Adds the options of a command that reads the log's decisions. */
export function withDecisionOptions(command: Command): Command {
  return command
    .option('--since <time>', 'event time from which on decisions count (default: all that the log holds)', instantMs)
    .option('--label-delay <duration>', 'how long a fraud may take to be reported', durationMs, 7 * DAY_MS);
}

/** Reads the decisions that were asked for, and says how far it is. As `readDecisions`; `what` names the work. */
export async function readAskedDecisions(
  what: string,
  { context, options }: { readonly context: CommandContext; readonly options: DecisionOptions },
  take: (batch: readonly KnownDecision[]) => Promise<void>,
): Promise<number> {
  const progress = new Progress(context.terminal, `${what}: log records, read twice`, null);
  const question = {
    sinceMs: options.since ?? -Infinity,
    labelDelayMs: options.labelDelay,
    stopSignal: context.terminal.stopSignal,
    onRecords: (records: number) => progress.update(records),
  };
  const otherInputs = await readDecisions(context.config(), question, take);
  progress.end();
  return otherInputs;
}
