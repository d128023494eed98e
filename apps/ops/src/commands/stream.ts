import type { Command } from 'commander';
import { topicNames } from '#libs/contracts';
import { systemClock } from '#libs/platform';
import { type CommandContext, finish, newCommand } from '../command-context.ts';
import { UsageError } from '../failures.ts';
import type { FileRecord } from '../files/record-line.ts';
import { durationMs, integer, rate } from '../options.ts';
import { simulatedRecords, type SimulationOptions, startBefore, withSimulationOptions } from '../simulation.ts';
import { fileBlocks, sendToTopic, sentText } from '../stream/send-to-topic.ts';

const BLOCK = 500;

interface Options extends SimulationOptions {
  readonly file?: string;
  readonly simulate?: boolean;
  readonly rate: number;
  readonly limit?: number;
  readonly topic?: string;
  readonly giveUp: number;
  readonly json?: boolean;
}

/** `stream`: sends a file or a simulation to the input topic at a rate. */
export function streamCommand(context: CommandContext): Command {
  const command = newCommand('stream', 'send a file, or a simulation, to the input topic at a rate', [
    'stream --file history.ndjson.gz --rate 1000',
    'stream --file handbook.ndjson.gz --rate max --limit 200000 --json',
    'stream --simulate --accounts 5000 --days 60 --rate 500 --duplicates 0.02',
  ])
    .option('--file <file>', 'NDJSON, one transaction a line; gunzipped if the name ends in .gz')
    .option('--simulate', 'make the transactions, by the options below')
    .requiredOption('--rate <records>', 'records a second, or max', rate)
    .option('--limit <number>', 'stop after so many records', integer(1))
    .option('--topic <name>', 'another topic than transactions.v1')
    .option('--give-up <duration>', 'how long a send is tried again while Kafka is away', durationMs, 60_000);
  return withSimulationOptions(command, 'so that it ends now').action(async (options: Options) => {
    if ((options.file === undefined) === (options.simulate !== true)) {
      throw new UsageError('Give either --file <file> or --simulate.');
    }
    const { file, rate: perSecond, limit, giveUp } = options;
    const topic = options.topic ?? topicNames(context.config().kafka.topicPrefix).transactions;
    const sending = { what: 'stream', topic, rate: perSecond, giveUp, ...(limit === undefined ? {} : { limit }) };
    const source = file === undefined ? simulatedBlocks(options) : fileBlocks(file);
    const result = await sendToTopic(source, sending, context);
    finish(context, options, { data: result, text: sentText(result) });
  });
}

function* simulatedBlocks(options: Options): Generator<readonly FileRecord[]> {
  const startMs = options.start ?? startBefore(systemClock.nowMs(), options.days);
  let block: FileRecord[] = [];
  for (const record of simulatedRecords(options, { startMs })) {
    block.push(record);
    if (block.length < BLOCK) continue;
    yield block;
    block = [];
  }
  yield block;
}
