import type { Command } from 'commander';
import { FEATURE_SET, loadChampion, type LoadedModel, loadModel } from '#libs/adapters';
import { DAY_MS, REDUCER_VERSION } from '#libs/core';
import { type CommandContext, finish, newCommand } from '../command-context.ts';
import { durationMs, integer } from '../options.ts';
import { formatCount, Progress } from '../progress.ts';
import { replayFile } from '../replay/replay-file.ts';

interface Options {
  readonly file: string;
  readonly out: string;
  /** A folder; false for none; undefined for the champion. */
  readonly model?: string | false;
  readonly registry: string;
  readonly allowedLateness: number;
  readonly logCap: number;
  readonly json?: boolean;
}

/** `replay`: decides a file offline, as the service would. */
export function replayCommand(context: CommandContext): Command {
  return newCommand(
    'replay',
    'decide a file offline by the same functions as the service: vectors, scores, decisions',
    [
      'replay --file history.ndjson.gz --out replayed',
      'replay --file handbook.ndjson.gz --out replayed --allowed-lateness 60d --no-model',
    ],
  )
    .requiredOption(
      '--file <file>',
      'NDJSON of transactions in the order in which they came; gunzipped if it ends in .gz',
    )
    .requiredOption('--out <folder>', 'gets vectors.parquet, decisions.ndjson and manifest.json')
    .option('--model <folder>', "a model's folder (default: the champion of the registry)")
    .option('--no-model', 'score nothing: vectors only, everything is held as not assessed')
    .option('--registry <file>', 'which model is the champion', 'models/registry.json')
    .option('--allowed-lateness <duration>', 'how late a transaction may come', durationMs, DAY_MS)
    .option('--log-cap <events>', "events that an account's log holds", integer(64, 4096), 512)
    .action(async (options: Options) => {
      const model = await chosenModel(options);
      const progress = new Progress(context.terminal, 'replay', null);
      try {
        const reducer = {
          version: REDUCER_VERSION,
          allowedLatenessMs: options.allowedLateness,
          logCap: options.logCap,
        };
        const { file, out } = options;
        const summary = await replayFile({ file, out, model, reducer }, context.terminal, progress);
        const { lines, decided, held, accounts, refused } = summary;
        const refusals = Object.entries(refused).map(([reason, count]) => `${formatCount(count)} ${reason}`);
        finish(context, options, {
          data: summary,
          text: `${formatCount(decided)} decisions (${formatCount(held)} holds) of ${formatCount(accounts)} accounts from ${formatCount(lines)} lines in ${out}${refusals.length === 0 ? '' : `; ${refusals.join(', ')}`}`,
        });
      } finally {
        progress.end();
        await model?.close();
      }
    });
}

async function chosenModel({ model, registry }: Options): Promise<LoadedModel | null> {
  if (model === false) return null;
  if (model === undefined) return loadChampion({ registry, directory: 'models' });
  return loadModel(model, { featureSet: FEATURE_SET });
}
