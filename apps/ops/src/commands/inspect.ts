import { Command } from 'commander';
import { ENTITY_KINDS, type EntityKind } from '#libs/core';
import { type CommandContext, type CommandResult, finish, newCommand } from '../command-context.ts';
import { inspectAccount, inspectEntity } from '../inspect/inspect-record.ts';
import { type InspectionSources, openInspection } from '../inspect/open-inspection.ts';
import { integer } from '../options.ts';

/** Events that the text shows unless more are asked for. */
const SHOWN_EVENTS = 30;

const SUMMARIES: Readonly<Record<EntityKind, string>> = {
  card: 'what is kept of a card',
  terminal: 'what is kept of a terminal, or of a merchant whose transactions name no terminal',
  device: 'what is kept of a device',
  ip: 'what is kept of the network of an address: /24 of IPv4, /48 of IPv6',
  beneficiary: 'what is kept of an account that is paid, by its counterparty_account_id',
};

const EXAMPLES: Readonly<Record<EntityKind, string>> = {
  card: 'inspect card c-934-1',
  terminal: 'inspect terminal m-207-t2 --events 500',
  device: 'inspect device d-3cdf9dd7 --json',
  ip: 'inspect ip 203.0.113.7',
  beneficiary: 'inspect beneficiary acct-9',
};

interface Options {
  readonly events: number;
  readonly json?: boolean;
}

/** `inspect account|card|terminal|device|ip|beneficiary <id>`: what the store keeps of one of them. */
export function inspectCommand(context: CommandContext): Command {
  const command = new Command('inspect').description('show what Redis keeps of an account or another entity');
  const account = newCommand('account', 'what is kept of an account', ['inspect account acct-4821']);
  command.addCommand(
    withIdOf(account, context, async (id, sources, { events }) => inspectAccount(id, sources, events)),
  );
  for (const kind of ENTITY_KINDS) {
    const child = newCommand(kind, SUMMARIES[kind], [EXAMPLES[kind]]);
    command.addCommand(
      withIdOf(child, context, async (id, sources, { events }) =>
        inspectEntity(kind, id, { sources, shownEvents: events }),
      ),
    );
  }
  return command;
}

function withIdOf(
  command: Command,
  context: CommandContext,
  inspect: (id: string, sources: InspectionSources, options: Options) => Promise<CommandResult>,
): Command {
  return command
    .argument('<id>', command.name() === 'ip' ? 'an address' : 'as transactions name it')
    .option('--events <number>', 'newest ones to show; --json has all', integer(0), SHOWN_EVENTS)
    .addHelpText('after', EXPLANATION)
    .action(async (id: string, options: Options) => {
      const { close, ...sources } = await openInspection(context.config());
      try {
        finish(context, options, await inspect(id, sources, options));
      } finally {
        await close();
      }
    });
}

const EXPLANATION = `
Needs the environment of the service (REDIS_URL, HOLDFAST_KEY_PREFIX, HOLDFAST_HASH_KEY), and nothing but Redis; reads only. The store
keeps keyed hashes instead of ids. Exit code 1 when nothing is kept, or when the record cannot be read; it then says what follows.`;
