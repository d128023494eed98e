import type { Command } from 'commander';
import { OBSERVE_HEADER, topicNames } from '#libs/contracts';
import { type CommandContext, finish, newCommand } from '../command-context.ts';
import { durationMs, rate } from '../options.ts';
import { fileBlocks, sendToTopic, sentText } from '../stream/send-to-topic.ts';

interface Options {
  readonly file: string;
  readonly rate: number;
  readonly giveUp: number;
  readonly json?: boolean;
}

/** `backfill`: gives accounts the behaviour that they had before the service was there. */
export function backfillCommand(context: CommandContext): Command {
  return newCommand(
    'backfill',
    'send history that accounts learn from and that gets no decisions; safe to repeat, and while the service decides',
    ['backfill --file last-60-days.ndjson.gz --rate 2000'],
  )
    .requiredOption('--file <file>', 'NDJSON, one transaction a line, oldest first; gunzipped if the name ends in .gz')
    .option('--rate <records>', 'records a second, or max; leave room for live traffic', rate, 1_000)
    .option('--give-up <duration>', 'how long a send is tried again while Kafka is away', durationMs, 60_000)
    .addHelpText(
      'after',
      '\nA transaction that was decided or observed already is a duplicate and changes nothing. One that is older than what the log of its account\nstill holds (60 days, the newest 512) is rejected as too late.',
    )
    .action(async (options: Options) => {
      const { file, rate: perSecond, giveUp } = options;
      const topic = topicNames(context.config().kafka.topicPrefix).transactions;
      const sending = { what: 'backfill', topic, rate: perSecond, giveUp, headers: { [OBSERVE_HEADER]: '1' } };
      const result = await sendToTopic(fileBlocks(file), sending, context);
      finish(context, options, { data: result, text: sentText(result) });
    });
}
