import { writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { FEATURE_SET } from '#libs/adapters';
import { createLabelParser, formatWireTime } from '#libs/contracts';
import { approvingModel, DAY_MS, DEFAULT_POLICY, FEATURES } from '#libs/core';
import { type CommandContext, type CommandResult, finish, newCommand } from '../command-context.ts';
import { UsageError } from '../failures.ts';
import { durationMs, instantMs, integer, share } from '../options.ts';
import { formatCount, Progress } from '../progress.ts';
import {
  chosenModel,
  chosenReducer,
  type DecidingOptions,
  reducerFacts,
  withDecidingOptions,
} from '../replay/history-options.ts';
import { INPUT_RULES, replayFiles } from '../replay/replay-files.ts';
import { readLabels } from '../replay/replay-lines.ts';
import { LabelTruth } from '../training/label-truth.ts';
import { NegativeSampling } from '../training/negative-sampling.ts';
import { TrainingSet } from '../training/training-set.ts';

interface Options extends DecidingOptions {
  readonly transactions: string;
  readonly labels: string;
  readonly from: number;
  readonly to: number;
  readonly asOf?: number;
  readonly labelDelay: number;
  readonly negatives: number;
  readonly seed: number;
  readonly out: string;
  readonly json?: boolean;
}

/** `export-training-set`: vectors of a time range, each as of its own time, with what was known of the transactions later. */
export function exportTrainingSetCommand(context: CommandContext): Command {
  const files = '--transactions history.ndjson.gz --labels labels.ndjson.gz';
  const command = newCommand(
    'export-training-set',
    'write vectors of a time range, each as of its own time, with labels as known later, for a trainer',
    [
      `export-training-set ${files} --from 2026-02-01 --to 2026-04-01 --out training.parquet`,
      `export-training-set ${files} --from 2026-02-01 --to 2026-04-01 --as-of 2026-04-08 --negatives 0.1 --out set.parquet`,
    ],
  )
    .requiredOption('--transactions <file>', 'NDJSON, in the order in which they came, from long before --from')
    .requiredOption('--labels <file>', 'NDJSON of what became known of them, in the order of reported_at')
    .requiredOption('--from <date>', 'the first occurred_at of the range', instantMs)
    .requiredOption('--to <date>', 'the first occurred_at after it', instantMs)
    .option('--as-of <date>', 'take labels as known at this time (default: when the last one was reported)', instantMs)
    .option('--label-delay <duration>', 'older than this at --as-of, unlabelled is genuine', durationMs, 7 * DAY_MS)
    .option('--negatives <share>', 'keep this share of the genuine ones, each with a weight of 1/share', share, 1)
    .option('--seed <number>', 'another seed keeps others', integer(0), 1)
    .requiredOption('--out <file>', 'Parquet; <file>.manifest.json comes beside it');
  return withDecidingOptions(command, 'hold nothing: for a first model, or after the features have changed')
    .addHelpText('after', EXPLANATION)
    .action(async (options: Options) => {
      if (options.from >= options.to) throw new UsageError('--from is to be before --to.');
      if (options.negatives === 0) throw new UsageError('--negatives 0 would keep no genuine transaction.');
      finish(context, options, await exportTrainingSet(options, context));
    });
}

const EXPLANATION = `
The files are replayed as by \`ops replay\`: a vector knows the labels that had been reported by its own time, whatever --as-of is.
The label of a row is the last one reported by --as-of. Without any, a transaction counts as genuine if it is older than --as-of
less --label-delay; else it is left out: nobody can know yet. A trainer that does not use the column weight adds the manifest's
margin_to_add to the log-odds of its model. Which genuine ones are kept depends on seed, account and transaction alone.`;

async function exportTrainingSet(options: Options, { terminal }: CommandContext): Promise<CommandResult> {
  const { transactions, labels, from: fromMs, to: toMs, asOf = null, labelDelay: delayMs, out } = options;
  const model = await chosenModel(options);
  const progress = new Progress(terminal, 'export', null);
  try {
    const truth = await LabelTruth.read(readLabels(labels, createLabelParser(INPUT_RULES)), { asOfMs: asOf, delayMs });
    const sampling = new NegativeSampling(options.seed, options.negatives);
    const set = await TrainingSet.create(out, { fromMs, toMs, truth, sampling });
    try {
      const reducer = chosenReducer(options);
      const decidedBy = { model: model ?? approvingModel(FEATURE_SET), reducer, observeBeforeMs: -Infinity };
      const replayed = await replayFiles({ transactions, labels, ...decidedBy }, set, { terminal, progress });
      const data = { ...set.counts, as_of: formatWireTime(truth.asOfMs), sha256: await set.close() };
      const manifest = {
        features: FEATURES.map(({ name }) => name),
        feature_set: FEATURE_SET,
        from: formatWireTime(fromMs),
        to: formatWireTime(toMs),
        label_delay_ms: delayMs,
        negatives: { rate: sampling.rate, seed: sampling.seed, margin_to_add: Math.log(sampling.rate) },
        ...data,
        replay: { ...replayed, ...set.replayed },
        model: model?.identity ?? null,
        policy_version: DEFAULT_POLICY.version,
        reducer: reducerFacts(reducer),
      };
      await writeFile(`${out}.manifest.json`, `${JSON.stringify(manifest, null, 2)}\n`);
      return { data, text: textOf(data, out) };
    } catch (error) {
      await set.discard();
      throw error;
    }
  } finally {
    progress.end();
    await model?.close();
  }
}

function textOf(
  { rows, frauds, genuine, left_out: leftOut, as_of: asOf }: TrainingSet['counts'] & { as_of: string },
  out: string,
): string {
  const { outside_range: outside, not_known_yet: unknown, not_sampled: others } = leftOut;
  return [
    `${formatCount(rows)} rows in ${out}: ${formatCount(frauds)} frauds, ${formatCount(genuine.labelled)} labelled genuine, ${formatCount(genuine.by_delay)} genuine by delay, as known at ${asOf}`,
    `Left out: ${formatCount(outside)} outside of the range, ${formatCount(unknown)} not known yet, ${formatCount(others)} genuine ones by sampling`,
  ].join('\n');
}
