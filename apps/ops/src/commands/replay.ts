import type { Command } from 'commander';
import { formatWireTime } from '#libs/contracts';
import { DEFAULT_POLICY } from '#libs/core';
import { type CommandContext, type CommandResult, finish, newCommand } from '../command-context.ts';
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
import { type ReplayCounts, ReplayOutput } from '../replay/replay-output.ts';

interface Options extends DecidingOptions {
  readonly transactions: string;
  readonly labels?: string;
  readonly observeBefore?: number;
  readonly out: string;
  readonly json?: boolean;
}

/** `replay`: decides files offline, as the service would. */
export function replayCommand(context: CommandContext): Command {
  const command = newCommand(
    'replay',
    'decide a history offline by the same functions as the service: vectors, scores, decisions',
    [
      'replay --transactions history.ndjson.gz --labels labels.ndjson.gz --out replayed',
      'replay --transactions handbook.ndjson.gz --out replayed --allowed-lateness 60d --no-model',
      'replay --transactions history.ndjson.gz --observe-before 2026-03-01 --out replayed',
    ],
  )
    .requiredOption('--transactions <file>', 'NDJSON, in the order in which they came; gunzipped if it ends in .gz')
    .option('--labels <file>', 'NDJSON of what became known of them, in the order of reported_at')
    .option('--observe-before <date>', 'only learn from transactions of before it, as `ops backfill` does', instantMs)
    .requiredOption('--out <folder>', 'gets vectors.parquet, decisions.ndjson, labels.parquet and manifest.json');
  return withDecidingOptions(command)
    .addHelpText('after', EXPLANATION)
    .action(async (options: Options) => {
      finish(context, options, await replay(options, context));
    });
}

const EXPLANATION = `
A label is taken in just before the first transaction by which its time has come: of which the greatest occurred_at so far is
at or after its reported_at. One transaction that is dated far ahead brings the labels until then with it. Nothing is left out
silently: decisions.ndjson has a line for each line of the transactions, labels.parquet a row for each line of the labels, with
the number of the first vector that was computed with the label known. The same files give the same bytes.`;

async function replay(options: Options, { terminal }: CommandContext): Promise<CommandResult> {
  const { transactions, labels = null, out: folder, observeBefore = null } = options;
  const model = await chosenModel(options);
  const progress = new Progress(terminal, 'replay', null);
  const output = await ReplayOutput.create({ folder, place: ['line'], hasLabels: labels !== null });
  try {
    const reducer = chosenReducer(options);
    const history = { transactions, labels, observeBeforeMs: observeBefore ?? -Infinity, model, reducer };
    const { lines, accounts } = await replayFiles(history, output, { terminal, progress });
    const sha256 = await output.finish({
      model: model?.identity ?? null,
      policy_version: DEFAULT_POLICY.version,
      reducer: reducerFacts(reducer),
      observe_before: observeBefore === null ? null : formatWireTime(observeBefore),
      lines,
      accounts,
    });
    const { counts } = output;
    return {
      data: { lines, accounts, ...counts, sha256 },
      text: `${countsText(counts, accounts)} from ${formatCount(lines)} lines in ${folder}`,
    };
  } catch (error) {
    await output.discard();
    throw error;
  } finally {
    progress.end();
    await model?.close();
  }
}

function countsText({ decided, held, recorded, refused, labels }: ReplayCounts, accounts: number): string {
  const others = [...listed(recorded, 'recorded'), ...listed(refused, 'refused'), ...listed(labels ?? {}, 'labels')];
  const rest = others.length === 0 ? '' : `; ${others.join('; ')}`;
  return `${formatCount(decided)} decisions (${formatCount(held)} holds) of ${formatCount(accounts)} accounts${rest}`;
}

function listed(counts: Readonly<Record<string, number>>, name: string): string[] {
  const parts = Object.entries(counts).map(([what, count]) => `${formatCount(count)} ${what}`);
  return parts.length === 0 ? [] : [`${name}: ${parts.join(', ')}`];
}
