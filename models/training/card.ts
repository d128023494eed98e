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
    readonly data: { readonly rows: number; readonly frauds: number };
  };
  readonly metrics: Readonly<
    Record<'test' | 'held_out', { readonly average_precision: number; readonly auc: number; readonly rows: number }>
  >;
}

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

Decisions by the default cost policy:

| | holds per 1,000 | of holds fraud | of frauds held | of their amount | genuine held per 1,000 |
|---|---|---|---|---|---|
${row('another seed', evaluations.heldOut)}
${row('live demo (ten minutes at 20/s)', evaluations.demo)}

Of frauds held, another seed: ${scenarios(evaluations.heldOut)}. The graph gives the trainer's margins bit for bit on ${training.margins_compared.toLocaleString('en')} rows.

**Not for production.** Simulated accounts are simpler than people. Train on your own transactions and labels before it decides about anybody.
`;
}

function row(name: string, result: Evaluation): string {
  const percent = (value: number): string => `${(value * 100).toFixed(0)} %`;
  const { holdsPerThousand, precision, recall, amountRecall, genuineHeldPerThousand } = result;
  return `| ${name} | ${holdsPerThousand.toFixed(1)} | ${percent(precision)} | ${percent(recall)} | ${percent(amountRecall)} | ${genuineHeldPerThousand.toFixed(1)} |`;
}

function scenarios({ recallByScenario }: Evaluation): string {
  return Object.entries(recallByScenario)
    .map(([name, recall]) => `${name.replaceAll('_', ' ')} ${(recall * 100).toFixed(0)} %`)
    .join(', ');
}
