import type { Command } from 'commander';
import { loadRegistered, readRegistry, writeRegistry } from '#libs/adapters';
import { DEFAULT_POLICY } from '#libs/core';
import { type CommandContext, type CommandResult, finish } from '../command-context.ts';
import { checkLimits } from '../models/comparison-limits.ts';
import { comparisonText } from '../models/comparison-text.ts';
import { type DecisionOptions, readAskedDecisions, withDecisionOptions } from '../models/decision-options.ts';
import { asItIs } from '../models/model-folders.ts';
import { type ComparedDecision, compareModels } from '../models/model-comparison.ts';
import { type ModelsOptions, newModelsCommand, settingsOf } from '../models/models-options.ts';
import { compared, nameOf } from '../models/registry-changes.ts';
import { scoreBoth } from '../models/score-both.ts';

type Options = ModelsOptions & DecisionOptions;

/** `models compare`: what a challenger would have decided of what the log holds, beside the champion. */
export function compareCommand(context: CommandContext): Command {
  const command = newModelsCommand(
    'compare',
    'score what was decided with a challenger and with the champion, and say whether it may be promoted',
    ['models compare baseline 1.1.0', 'models compare baseline 1.1.0 --since 2026-10-01 --label-delay 14d --json'],
  )
    .argument('<id>', 'the challenger')
    .argument('<version>', 'its version');
  return withDecisionOptions(command)
    .addHelpText('after', EXPLANATION)
    .action(async (id: string, version: string, options: Options) => {
      finish(context, options, await compare(context, options, { id, version }));
    });
}

async function compare(
  context: CommandContext,
  options: Options,
  { id, version }: { readonly id: string; readonly version: string },
): Promise<CommandResult> {
  const settings = settingsOf(options);
  const { champion: registered } = await readRegistry(options.registry);
  const asked = await asItIs(settings, id, version);
  const champion = await loadRegistered(registered, settings);
  const challenger = await loadRegistered(asked, settings);
  try {
    const rows: ComparedDecision[] = [];
    const otherInputs = await readAskedDecisions('compare', { context, options }, async (batch) => {
      rows.push(...(await scoreBoth(batch, { champion, challenger })));
    });
    const comparison = compareModels(rows, DEFAULT_POLICY);
    const limits = checkLimits(comparison);
    const broken = limits.filter(({ isKept }) => !isKept).map(({ name }) => name);
    const verdict = { champion: registered, challenger: asked, decisions: rows.length, broken, at: new Date() };
    await writeRegistry(options.registry, compared(await readRegistry(options.registry), verdict));
    const names = { champion: nameOf(registered), challenger: nameOf(asked) };
    return {
      data: { ...names, otherInputs, ...comparison, limits, verdict: broken.length === 0 ? 'fit' : 'unfit' },
      text: `${comparisonText(names, comparison, limits)}\n\n${broken.length === 0 ? `${names.challenger} may be promoted` : `${names.challenger} should not be promoted`}`, // prettier-ignore
      failed: broken.length > 0,
    };
  } finally {
    await Promise.all([champion.close(), challenger.close()]);
  }
}

const EXPLANATION = `
Both models score the vectors that decisions.v1 recorded; the log is read twice. The verdict is noted in the registry, and "models promote"
asks for it: a limit that is broken stops a promotion, unless it is named (--override). Exit code 1 when one is broken.`;
