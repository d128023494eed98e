import { Option, type Command } from 'commander';
import { FEATURE_INDEX, type FeatureName } from '#libs/core';
import { type CommandContext, finish, newCommand } from '../command-context.ts';
import { featuresPage } from '../features/features-page.ts';
import { listedFeatures, windowText } from '../features/listed-features.ts';
import { textTable } from '../inspect/text-table.ts';

interface Options {
  readonly markdown?: boolean;
  readonly json?: boolean;
}

const COLUMNS = ['number', 'feature', 'entity', 'unit', 'window', 'missing', 'state'] as const;

/** `features`: the inputs of a model, as the manifest has them. */
export function featuresCommand(context: CommandContext): Command {
  return newCommand('features', 'list the inputs of a model: meaning, unit, window, what they are read from', [
    'features',
    'features --json',
  ])
    .addOption(new Option('--markdown', 'the page docs/features.md').conflicts('json'))
    .action((options: Options) => {
      if (options.markdown === true) {
        context.terminal.out(featuresPage());
        return;
      }
      finish(context, options, { data: { features: listedFeatures().map(inFull) }, text: featureTable() });
    });
}

function inFull({ catalogue, windowMs, name, ...facts }: ReturnType<typeof listedFeatures>[number]): object {
  const place = FEATURE_INDEX[name as FeatureName];
  return { number: catalogue, place, name, window_s: windowMs === null ? null : windowMs / 1_000, ...facts };
}

function featureTable(): string {
  const rows = listedFeatures().map(({ catalogue, name, entity, unit, windowMs, missing, state }) => {
    return [String(catalogue), name, entity, unit, windowText(windowMs), missing, state];
  });
  return textTable(
    COLUMNS.map((name) => ({ name, isNumber: name === 'number' })),
    rows,
  ).join('\n');
}
