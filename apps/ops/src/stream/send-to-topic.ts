import { KafkaProducer } from '#libs/adapters';
import { systemClock } from '#libs/platform';
import { type CommandContext, kafkaSettings } from '../command-context.ts';
import { CommandFailed } from '../failures.ts';
import { readLines } from '../files/read-lines.ts';
import { type FileRecord, fromLine } from '../files/record-line.ts';
import { formatCount, Progress } from '../progress.ts';
import { streamRecords } from './stream-records.ts';

const WAITING_RECORDS = 20_000;

/** What a topic was sent. */
export interface SentToTopic {
  readonly topic: string;
  readonly sent: number;
  readonly retries: number;
  readonly interrupted: boolean;
  readonly seconds: number;
  readonly rate: number;
}

/** Sends records to a topic at a rate, with progress on the terminal named `what`. Throws `CommandFailed` when there is no such topic. */
export async function sendToTopic(
  source: AsyncIterable<readonly FileRecord[]> | Iterable<readonly FileRecord[]>,
  options: {
    readonly what: string;
    readonly topic: string;
    readonly rate: number;
    readonly limit?: number;
    readonly giveUp: number;
    readonly headers?: Readonly<Record<string, string>>;
  },
  { terminal, config: readConfig }: CommandContext,
): Promise<SentToTopic> {
  const { what, topic, headers, limit, giveUp } = options;
  const producer = new KafkaProducer({ kafka: kafkaSettings(readConfig()) });
  const progress = new Progress(terminal, what, limit ?? null);
  try {
    const partitions = await producer.partitionCount(topic);
    if (partitions === 0) {
      throw new CommandFailed(`There is no topic ${topic}: create the topics with \`npm run ops -- topics create\`.`);
    }
    const startedAtMs = systemClock.monotonicMs();
    const summary = await streamRecords(
      source,
      { send: (records) => producer.send(topic, records), clock: systemClock },
      {
        partitions,
        ...(headers === undefined ? {} : { headers }),
        ratePerSecond: options.rate,
        limit: limit ?? Infinity,
        limits: { waiting: WAITING_RECORDS, giveUpMs: giveUp },
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

/** What was sent, in words. */
export function sentText({ topic, sent, retries, interrupted, seconds, rate }: SentToTopic): string {
  const repeated = retries === 0 ? '' : `; ${retries} sends were repeated, so that some records may be there twice`;
  return `${formatCount(sent)} records sent to ${topic} in ${seconds} s (${formatCount(rate)}/s)${interrupted ? ', then stopped' : ''}${repeated}`;
}

/** The records of a file, block by block. */
export async function* fileBlocks(path: string): AsyncGenerator<readonly FileRecord[]> {
  for await (const lines of readLines(path)) yield lines.map((line) => fromLine(line));
}
