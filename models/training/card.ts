import type { Evaluation } from './evaluate.ts';

/** The parts of a model's manifest that a reader wants to know. */
export interface ManifestFacts {
  readonly id: string;
  readonly version: string;
  readonly sha256: string;
  readonly bytes: number;
  readonly features: readonly string[];
  readonly calibration: { readonly a: number; readonly b: number };
  readonly training: {
    readonly trees: number;
    readonly margins_compared: number;
    readonly fit_days: readonly number[];
    readonly calibration_days: readonly number[];
    readonly chosen_by: { readonly average_precision_of_folds: readonly number[] };
    readonly data: { readonly rows: number; readonly frauds: number };
  };
  readonly metrics: Readonly<Record<'test' | 'held_out', Ranking>> & {
    /** What alerts at a fixed rate find, in worlds of other seeds and other rates of fraud. */
    readonly unseen: {
      readonly alert_rate: number;
      readonly worlds: readonly (Ranking & { readonly frauds: number; readonly precision: number })[];
      readonly kinds: Readonly<Record<string, FoundFrauds>>;
    };
  };
}

interface Ranking {
  readonly average_precision: number;
  readonly auc: number;
  readonly rows: number;
}

interface FoundFrauds {
  readonly frauds: number;
  readonly recall: number;
  /** null where a world had none. */
  readonly of_worlds: readonly (number | null)[];
}

/** Of the frauds of a kind, with alerts at the rate that the trainer measures at. */
const AIMED_RECALL = 0.8;

/** The model card: what the model is, how good it is, and what it must not be used for. */
export function writeCard(
  { id, version, ...model }: ManifestFacts,
  evaluations: { heldOut: Evaluation; demo: Evaluation },
): string {
  const { training, metrics, calibration } = model;
  return `# ${id} ${version}

Gradient-boosted trees (${training.trees} trees, ${Math.round(model.bytes / 1_000)} kB of ONNX) over ${model.features.length} inputs from the histories of accounts, cards, terminals, devices, networks and beneficiaries, calibrated by Platt's method
(log-odds = ${calibration.a.toFixed(3)} x margin + ${calibration.b.toFixed(3)}). Trained on simulated transactions only: ${training.data.rows.toLocaleString('en')} rows, ${training.data.frauds.toLocaleString('en')} frauds; days ${training.fit_days.join(' to ')} fitted,
days ${training.calibration_days.join(' to ')} calibrated. \`npm run train\` makes it again.

| | average precision | AUC | rows |
|---|---|---|---|
| same simulation, later days | ${metrics.test.average_precision} | ${metrics.test.auc} | ${metrics.test.rows.toLocaleString('en')} |
| another seed | ${metrics.held_out.average_precision} | ${metrics.held_out.auc} | ${metrics.held_out.rows.toLocaleString('en')} |
${metrics.unseen.worlds.map((world, i) => `| other seed and rates ${i + 1} | ${world.average_precision} | ${world.auc} | ${world.rows.toLocaleString('en')} (${world.frauds} frauds) |`).join('\n')}

On three validation folds of the same simulation, each days after those that were fitted on: average precision ${training.chosen_by.average_precision_of_folds.join(', ')}. Parameters were chosen on these
(\`npm run train -- --search\`), never on the rows of the table.

![Calibration](calibration.svg)
![Scores](scores.svg)
![Importances](importances.svg)

Decisions by the default cost policy:

| | holds per 1,000 | of holds fraud | of frauds held | of their amount | genuine held per 1,000 |
|---|---|---|---|---|---|
${row('another seed', evaluations.heldOut)}
${row('live demo (ten minutes at 20/s)', evaluations.demo)}

## Frauds of each kind

By alerting the ${metrics.unseen.alert_rate * 100} % of transactions with the highest scores, in worlds whose seed, size, growth, rates of fraud and habits of labelling are not those of the training
(\`models/training/worlds.ts\`; nothing was held before). ${againstAim(metrics.unseen.kinds)}

| | frauds | found | in each world |
|---|---|---|---|
${Object.entries(metrics.unseen.kinds).map(found).join('\n')}

![Recall](recall.svg)

Of frauds held, another seed: ${scenarios(evaluations.heldOut)}. The graph gives the trainer's margins bit for bit on ${training.margins_compared.toLocaleString('en')} rows.

**Not for production.** Simulated accounts are simpler than people. Train on your own transactions and labels before it decides about anybody.
`;
}

function row(name: string, result: Evaluation): string {
  const percent = (value: number): string => `${(value * 100).toFixed(0)} %`;
  const { holdsPerThousand, precision, recall, amountRecall, genuineHeldPerThousand } = result;
  return `| ${name} | ${holdsPerThousand.toFixed(1)} | ${percent(precision)} | ${percent(recall)} | ${percent(amountRecall)} | ${genuineHeldPerThousand.toFixed(1)} |`;
}

function found([name, { frauds, recall, of_worlds: each }]: [string, FoundFrauds]): string {
  const percent = (value: number | null): string => (value === null ? '–' : `${(value * 100).toFixed(1)} %`);
  return `| ${name.replaceAll('_', ' ')} | ${frauds} | ${percent(recall)} | ${each.map(percent).join(', ')} |`;
}

/** What is aimed at, and what of it is missed. */
function againstAim(kinds: Readonly<Record<string, FoundFrauds>>): string {
  const aimed = ['card_testing', 'account_takeover', 'mule_fan_in'];
  const missed = aimed.filter((name) => (kinds[name]?.recall ?? 0) < AIMED_RECALL);
  const names = (of: readonly string[]): string => of.map((name) => name.replaceAll('_', ' ')).join(', ');
  const aim = `The aim is ${AIMED_RECALL * 100} % of each of ${names(aimed)}`;
  return missed.length === 0 ? `${aim}; all are reached.` : `${aim}; missed for ${names(missed)}.`;
}

function scenarios({ recallByScenario }: Evaluation): string {
  return Object.entries(recallByScenario)
    .map(([name, recall]) => `${name.replaceAll('_', ' ')} ${(recall * 100).toFixed(0)} %`)
    .join(', ');
}
