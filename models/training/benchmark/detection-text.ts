/** Of one fold, or the mean of all. */
interface Figures {
  readonly auc: number;
  readonly ap: number;
  readonly cp100: number;
}

/** Of one fold, with the day on which its training begins. */
interface FoldFigures extends Figures {
  readonly start: string;
  readonly training_rows: number;
  readonly training_frauds: number;
  readonly test_rows: number;
  readonly test_frauds: number;
}

/** What the trainer's benchmark writes. `anchor` is the Handbook's published inputs with its parameters. */
export interface DetectionFigures {
  readonly folds_are: 'test' | 'validation';
  readonly entries: Readonly<Record<'anchor' | 'strict' | 'open', { readonly folds: readonly FoldFigures[]; readonly mean: Figures }>>;
  readonly history: { readonly rows: number; readonly frauds: number; readonly refused: number };
}

/** Means of the four test folds that others have published, and what anybody could know by then: features.md of the design, section 5. */
const PUBLISHED = {
  'best published anywhere': { auc: 0.879, ap: 0.694, cp100: 0.305 },
  'XGBoost as published': { auc: 0.869, ap: 0.687, cp100: 0.303 },
  'all that anybody could know': { auc: 0.895, ap: 0.791, cp100: 0.319 },
} as const;

const NAMES = { anchor: '15 published inputs', strict: 'STRICT', open: 'OPEN' } as const;

/** A table of all folds and their means; beside the published figures where they are of the same file. */
export function detectionText({ entries, folds_are: folds, history }: DetectionFigures, isHandbook: boolean): string {
  const lines = [`${'fold'.padEnd(33)}${'AUC'.padStart(7)}${'AP'.padStart(7)}${'CP@100'.padStart(8)}   rows trained on, tested`];
  for (const [key, name] of Object.entries(NAMES)) {
    const { folds: each, mean } = entries[key as keyof typeof NAMES];
    for (const fold of each) {
      const { start, training_rows: trained, training_frauds: frauds, test_rows: tested, test_frauds: found } = fold;
      lines.push(`${row(`${name}, ${start}`, fold)}   ${trained} (${frauds} frauds), ${tested} (${found})`);
    }
    lines.push(row(`${name}, mean`, mean), '');
  }
  if (isHandbook && folds === 'test') {
    lines.push(...Object.entries(PUBLISHED).map(([name, figures]) => row(name, figures)), '');
  }
  lines.push(`On ${folds} folds of ${history.rows} transactions, ${history.frauds} frauds among them; ${history.refused} were refused.`);
  return lines.join("\n");
}

/** What finds more than can be known has been told: a sentence each. Only for the Handbook's file. */
export function knowsTooMuch({ entries }: DetectionFigures): string[] {
  const { ap: most } = PUBLISHED['all that anybody could know'];
  return Object.entries(NAMES).flatMap(([key, name]) => {
    const { ap } = entries[key as keyof typeof NAMES].mean;
    return ap > most ? [`${name} has an average precision of ${ap.toFixed(3)}, and nobody could know enough for more than ${most}`] : [];
  });
}

function row(name: string, { auc, ap, cp100 }: Figures): string {
  return `${name.padEnd(33)}${auc.toFixed(3).padStart(7)}${ap.toFixed(3).padStart(7)}${cp100.toFixed(3).padStart(8)}`;
}
