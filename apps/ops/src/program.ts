import { Command } from 'commander';
import type { CommandContext } from './command-context.ts';
import { auditCommand } from './commands/audit.ts';
import { backfillCommand } from './commands/backfill.ts';
import { exportTrainingSetCommand } from './commands/export-training-set.ts';
import { featuresCommand } from './commands/features.ts';
import { importCommand } from './commands/import.ts';
import { inspectCommand } from './commands/inspect.ts';
import { modelsCommand } from './commands/models.ts';
import { rebuildCommand } from './commands/rebuild.ts';
import { replayCommand } from './commands/replay.ts';
import { simulateCommand } from './commands/simulate.ts';
import { streamCommand } from './commands/stream.ts';
import { topicsCommand } from './commands/topics.ts';

/** The whole command line. Each command has its file under `commands/`. */
export function createProgram(context: CommandContext): Command {
  const { terminal } = context;
  const program = new Command('ops')
    .usage('<command> [options]')
    .helpCommand(false)
    .description('Prepares, feeds and examines Holdfast. `ops <command> --help` has options and examples.')
    .commandsGroup('Prepare:')
    .addCommand(topicsCommand(context))
    .commandsGroup('Make data:')
    .addCommand(simulateCommand(context))
    .addCommand(importCommand(context))
    .commandsGroup('Feed:')
    .addCommand(streamCommand(context))
    .addCommand(backfillCommand(context))
    .commandsGroup('Examine:')
    .addCommand(replayCommand(context))
    .addCommand(exportTrainingSetCommand(context))
    .addCommand(inspectCommand(context))
    .addCommand(featuresCommand(context))
    .addCommand(auditCommand(context))
    .commandsGroup('Choose what decides:')
    .addCommand(modelsCommand(context))
    .commandsGroup('Repair:')
    .addCommand(rebuildCommand(context))
    .addHelpText('after', OVERVIEW);
  forAll(program, (command) => {
    command.showHelpAfterError('(add --help for options and examples)');
    command.exitOverride().configureOutput({
      writeOut: (text) => terminal.out(text),
      writeErr: (text) => terminal.err(text),
      outputError: (text, write) => write(text),
    });
  });
  return program;
}

function forAll(command: Command, change: (command: Command) => void): void {
  change(command);
  for (const child of command.commands) forAll(child, change);
}

const OVERVIEW = `
Every command takes --help and --json (one line of JSON on stdout; progress on stderr).
Services and settings come from the environment; HOLDFAST_ENV=development takes local ones.

Exit codes: 0 done, 1 something was found or failed, 2 wrong usage, 78 wrong environment, 130 stopped by Ctrl-C.`;
