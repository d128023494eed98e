import type { Command } from 'commander';
import { loadRegistered, readRegistry } from '#libs/adapters';
import { type CommandContext, type CommandResult, finish } from '../command-context.ts';
import { CommandFailed } from '../failures.ts';
import { textTable } from '../inspect/text-table.ts';
import { type DecisionOptions, readAskedDecisions, withDecisionOptions } from '../models/decision-options.ts';
import { complaintsOf, HealthCount, type ModelHealth } from '../models/model-health.ts';
import { type ModelsOptions, newModelsCommand, settingsOf } from '../models/models-options.ts';
import { nameOf } from '../models/registry-changes.ts';

type Options = ModelsOptions & DecisionOptions;

const SHOWN = 15;

/** `models health`: whether what the champion decides still looks like what it was made on, and its probabilities hold. */
export function healthCommand(context: CommandContext): Command {
  const command = newModelsCommand('health', 'compare what the champion decides with what it was made on', [
    'models health --since 2026-11-23',
  ]);
  return withDecisionOptions(command)
    .addHelpText('after', EXPLANATION)
    .action(async (options: Options) => finish(context, options, await examine(context, options)));
}

async function examine(context: CommandContext, options: Options): Promise<CommandResult> {
  const { champion } = await readRegistry(options.registry);
  const model = await loadRegistered(champion, settingsOf(options));
  const { reference, identity } = model;
  await model.close();
  if (reference === null) {
    throw new CommandFailed(`${nameOf(champion)} does not say what it was made on: train it again (npm run train).`);
  }
  const count = new HealthCount(reference);
  await readAskedDecisions('health', { context, options }, async (batch) => {
    for (const one of batch) if (one.decision.model?.sha256 === identity.sha256) count.add(one);
  });
  const { health } = count;
  const complaints = complaintsOf(health);
  const text = healthText(nameOf(champion), health, complaints);
  return { data: { model: nameOf(champion), ...health, complaints }, text, failed: complaints.length > 0 };
}

function healthText(name: string, health: ModelHealth, complaints: readonly string[]): string {
  const { decisions, holds, score, features, calibration } = health;
  const number = (value: number): string => value.toFixed(3);
  const moved = features.slice(0, SHOWN).map((one) => [one.name, number(one.psi), number(one.noise), number(one.missingShare), number(one.missingShareThen)]); // prettier-ignore
  const reliability = calibration.reliability.map((bin) => [String(bin.from), String(bin.decisions), number(bin.predicted), number(bin.observed)]); // prettier-ignore
  const table = (columns: readonly string[], rows: readonly (readonly string[])[]): string =>
    textTable(columns.map((column, at) => ({ name: column, isNumber: at > 0 })), rows).join('\n'); // prettier-ignore
  return [
    `${name}: ${decisions} decisions, ${holds} holds (${number((1_000 * holds) / decisions)} per 1,000)`,
    `scores: stability index ${number(score.psi)}, ${JSON.stringify(score.quantiles)}`,
    '',
    table([`inputs, the ${SHOWN} that moved most`, 'index', 'chance', 'missing', 'then'], moved),
    '',
    `known: ${calibration.decisions} decisions, ${calibration.frauds} frauds, ${calibration.expectedFrauds.toFixed(1)} promised`,
    table(['probability from', 'decisions', 'predicted', 'observed'], reliability),
    '',
    ...(complaints.length === 0 ? ['nothing has moved'] : complaints),
  ].join('\n');
}

const EXPLANATION = `
Inputs and scores are compared by the population stability index, in the bins of the rows that the model was tested on when it was made: above 0.25, and above what
chance could do, they have moved. Probabilities are compared with labels. Exit code 1 when something has moved. Workers show the same of their last 5,000 decisions
as metrics (holdfast_feature_psi and others).`;
