import type { Command } from 'commander';
import { formatWireTime } from '#libs/contracts';
import { DEFAULT_POLICY } from '#libs/core';
import { type CommandContext, type CommandResult, finish, newCommand } from '../command-context.ts';
import { UsageError } from '../failures.ts';
import { instantMs } from '../options.ts';
import { formatCount, Progress } from '../progress.ts';
import {
  chosenModel,
  chosenReducer,
  type DecidingOptions,
  reducerFacts,
  withDecidingOptions,
} from '../replay/history-options.ts';
import { replayFiles } from '../replay/replay-files.ts';
import { ReplayOutput } from '../replay/replay-output.ts';
import { comparedText, countsText } from '../replay/replay-text.ts';
import { replayTopic } from '../replay/replay-topic.ts';

interface Options extends DecidingOptions {
  readonly transactions?: string;
  readonly labels?: string;
  readonly observeBefore?: number;
  readonly fromTopic?: boolean;
  readonly out: string;
  readonly json?: boolean;
}

/** `replay`: decides a history offline, as the service would. */
export function replayCommand(context: CommandContext): Command {
  const command = newCommand(
    'replay',
    'decide a history offline by the same functions as the service: vectors, scores, decisions',
    [
      'replay --transactions history.ndjson.gz --labels labels.ndjson.gz --out replayed',
      'replay --transactions handbook.ndjson.gz --out replayed --allowed-lateness 60d --no-model',
      'replay --transactions history.ndjson.gz --observe-before 2026-03-01 --out replayed',
      'replay --from-topic --out replayed',
    ],
  )
    .option('--transactions <file>', 'NDJSON, in the order in which they came; gunzipped if it ends in .gz')
    .option('--labels <file>', 'NDJSON of what became known of them, in the order of reported_at')
    .option('--observe-before <date>', 'only learn from transactions of before it, as `ops backfill` does', instantMs)
    .option('--from-topic', 'instead of files: what decisions.v1 recorded, compared; exit code 1 if a vector differs')
    .requiredOption('--out <folder>', 'gets vectors.parquet, decisions.ndjson, labels.parquet and manifest.json');
  return withDecidingOptions(command, 'score nothing: everything is held as not assessed')
    .addHelpText('after', EXPLANATION)
    .action(async (options: Options) => {
      const { transactions, fromTopic = false, labels, observeBefore } = options;
      if ((transactions === undefined) === !fromTopic) {
        throw new UsageError('Give either --transactions <file> or --from-topic.');
      }
      if (fromTopic && (labels !== undefined || observeBefore !== undefined)) {
        throw new UsageError('--labels and --observe-before go with --transactions: the topic has its own.');
      }
      finish(context, options, await (fromTopic ? replayOfTopic(options, context) : replayOfFiles(options, context)));
    });
}

const EXPLANATION = `
A label is taken in just before the first transaction by which its time has come: of which the greatest occurred_at so far is
at or after its reported_at. One transaction that is dated far ahead brings the labels until then with it. Nothing is left out
silently: decisions.ndjson has a line for each line of the transactions, labels.parquet a row for each line of the labels, with
the number of the first vector that was computed with the label known. The same files give the same bytes.

--from-topic reads each partition by the log's rule, takes decisions as recorded, and computes each account's inputs anew; those
of cards, terminals and other entities are taken from the recorded vector. Model and account options do not apply.`;

async function replayOfFiles(options: Options, { terminal }: CommandContext): Promise<CommandResult> {
  const { transactions = '', labels = null, out, observeBefore = null } = options;
  const model = await chosenModel(options);
  const progress = new Progress(terminal, 'replay', null);
  try {
    return await writeReplay({ folder: out, place: ['line'], hasLabels: labels !== null }, async (output) => {
      const reducer = chosenReducer(options);
      const history = { transactions, labels, observeBeforeMs: observeBefore ?? -Infinity, model, reducer };
      const { lines, accounts, entities } = await replayFiles(history, output, { terminal, progress });
      return {
        facts: {
          model: model?.identity ?? null,
          policy_version: DEFAULT_POLICY.version,
          reducer: reducerFacts(reducer),
          observe_before: observeBefore === null ? null : formatWireTime(observeBefore),
        },
        data: { lines, accounts, entities },
        text: `${countsText(output.counts, accounts)} from ${formatCount(lines)} lines in ${out}`,
      };
    });
  } finally {
    progress.end();
    await model?.close();
  }
}

async function replayOfTopic({ out }: Options, { terminal, config }: CommandContext): Promise<CommandResult> {
  return writeReplay({ folder: out, place: ['partition', 'seq'], hasLabels: true }, async (output) => {
    const replayed = await replayTopic(config(), output, terminal);
    const { accounts, vectors, partitions } = replayed;
    const counted = `${countsText(output.counts, accounts)} from ${partitions.length} partitions in ${out}`;
    return {
      facts: {},
      data: replayed,
      text: [counted, ...comparedText(vectors)].join('\n'),
      failed: vectors.different > 0,
    };
  });
}

/** What `work` has replayed: `facts` are for the manifest only, `data` for the result too. */
interface Written extends CommandResult {
  readonly facts: object;
}

async function writeReplay(
  shape: Parameters<typeof ReplayOutput.create>[0],
  work: (output: ReplayOutput) => Promise<Written>,
): Promise<CommandResult> {
  const output = await ReplayOutput.create(shape);
  try {
    const { facts, data, ...rest } = await work(output);
    const sha256 = await output.finish({ ...facts, ...data });
    return { ...rest, data: { ...data, ...output.counts, sha256 } };
  } catch (error) {
    await output.discard();
    throw error;
  }
}
