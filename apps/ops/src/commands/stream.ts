import type { Command } from 'commander';
import { KafkaProducer } from '#libs/adapters';
import { topicNames } from '#libs/contracts';
import { systemClock } from '#libs/platform';
import { type CommandContext, finish, kafkaSettings, newCommand } from '../command-context.ts';
import { CommandFailed, UsageError } from '../failures.ts';
import { readLines } from '../files/read-lines.ts';
import { fromLine, type FileRecord } from '../files/record-line.ts';
import { durationMs, integer, rate } from '../options.ts';
import { formatCount, Progress } from '../progress.ts';
import { simulatedRecords, type SimulationOptions, startBefore, withSimulationOptions } from '../simulation.ts';
import { streamRecords } from '../stream/stream-records.ts';

const BLOCK = 500;
const WAITING_RECORDS = 20_000;

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
    const result = await stream(options, context);
    const { sent, seconds, retries, interrupted } = result;
    const repeated = retries === 0 ? '' : `; ${retries} sends were repeated, so that some records may be there twice`;
    const text = `${formatCount(sent)} records sent to ${result.topic} in ${seconds} s (${formatCount(result.rate)}/s)${interrupted ? ', then stopped' : ''}${repeated}`;
    finish(context, options, { data: result, text });
  });
}

async function stream(options: Options, { terminal, config: readConfig }: CommandContext) {
  const config = readConfig();
  const topic = options.topic ?? topicNames(config.kafka.topicPrefix).transactions;
  const producer = new KafkaProducer({ kafka: kafkaSettings(config) });
  const progress = new Progress(terminal, 'stream', options.limit ?? null);
  try {
    const partitions = await producer.partitionCount(topic);
    if (partitions === 0) {
      throw new CommandFailed(`There is no topic ${topic}: create the topics with \`npm run ops -- topics create\`.`);
    }
    const startedAtMs = systemClock.monotonicMs();
    const summary = await streamRecords(
      options.file === undefined ? simulatedBlocks(options) : fileBlocks(options.file),
      { send: (records) => producer.send(topic, records), clock: systemClock },
      {
        partitions,
        ratePerSecond: options.rate,
        limit: options.limit ?? Infinity,
        limits: { waiting: WAITING_RECORDS, giveUpMs: options.giveUp },
        stopSignal: terminal.stopSignal,
        onProgress: (sent) => progress.update(sent),
      },
    );
    const tookMs = systemClock.monotonicMs() - startedAtMs;
    return {
      topic,
      ...summary,
      seconds: Math.round(tookMs) / 1_000,
      rate: Math.round((summary.sent / tookMs) * 1_000),
    };
  } finally {
    progress.end();
    await producer.close();
  }
}

async function* fileBlocks(path: string): AsyncGenerator<readonly FileRecord[]> {
  for await (const lines of readLines(path)) yield lines.map((line) => fromLine(line));
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
