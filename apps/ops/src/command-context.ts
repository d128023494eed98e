import { Command } from 'commander';
import type { KafkaSettings } from '#libs/adapters';
import type { Config } from '#libs/platform';
import { EXIT, type Terminal } from './terminal.ts';

/** What every command works with. */
export interface CommandContext {
  readonly terminal: Terminal;
  /** Reads the environment when first called; a command that needs no service works without it. */
  readonly config: () => Config;
  /** Called by a command once, at its end. */
  readonly exit: (code: number) => void;
}

/** A command's result: data for `--json`, the same in words otherwise. */
export interface CommandResult {
  readonly data: object;
  readonly text: string;
  /** Whether what was looked for was found wanting: exit code 1. */
  readonly failed?: boolean;
}

/** A command with `--json` and examples below its help. `examples` are lines of arguments. */
export function newCommand(name: string, summary: string, examples: readonly string[]): Command {
  const lines = examples.map((example) => `  npm run ops -- ${example}`);
  return new Command(name)
    .description(summary)
    .option('--json', 'print the result as one line of JSON; progress stays on stderr')
    .addHelpText('after', `\n${examples.length === 1 ? 'Example' : 'Examples'}:\n${lines.join('\n')}`)
    .allowExcessArguments(false);
}

/** Prints the result and sets the exit code. */
export function finish(context: CommandContext, { json }: { readonly json?: boolean }, result: CommandResult): void {
  context.terminal.out(json === true ? `${JSON.stringify(result.data)}\n` : `${result.text}\n`);
  context.exit(result.failed === true ? EXIT.failed : EXIT.ok);
}

/** How this process speaks to Kafka. */
export function kafkaSettings({ kafka }: Config): KafkaSettings {
  return { brokers: kafka.brokers, clientId: 'holdfast-ops', requestTimeoutMs: kafka.requestTimeoutMs };
}
