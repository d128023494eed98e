import type { ModelComparison } from './model-comparison.ts';

/** What a challenger has to keep to, to be promoted. Names are stable: `--override` takes them. */
export interface CheckedLimit {
  readonly name:
    'decisions' | 'finite' | 'labels' | 'score_psi' | 'holds' | 'average_precision' | 'recall_within_budget';
  readonly isKept: boolean;
  /** What was found, and what is asked. */
  readonly text: string;
}

const LEAST_DECISIONS = 1_000;
const LEAST_FRAUDS = 30;
const GREATEST_PSI = 0.25;
const HOLDS = { least: 0.5, most: 1.5 };

/** The limits, each with whether `comparison` keeps it. */
export function checkLimits({ decisions, notFinite, scorePsi, policy, labelled }: ModelComparison): CheckedLimit[] {
  const ratio = policy.challenger.holds / policy.champion.holds;
  const { averagePrecision, recallWithinBudget } = labelled;
  const notWorse = ({ difference, low, high }: typeof averagePrecision) => ({
    isKept: high >= 0,
    text: `${signed(difference)} (95 %: ${signed(low)} to ${signed(high)}), must not be surely below 0`,
  });
  return [
    { name: 'decisions', isKept: decisions >= LEAST_DECISIONS, text: `${decisions}, at least ${LEAST_DECISIONS}` },
    { name: 'finite', isKept: notFinite === 0, text: `${notFinite} scores that are no probability, none` },
    { name: 'labels', isKept: labelled.frauds >= LEAST_FRAUDS, text: `${labelled.frauds} known frauds, at least ${LEAST_FRAUDS}` }, // prettier-ignore
    { name: 'score_psi', isKept: scorePsi <= GREATEST_PSI, text: `${round(scorePsi)}, at most ${GREATEST_PSI}` },
    {
      name: 'holds',
      isKept: ratio >= HOLDS.least && ratio <= HOLDS.most,
      text: `${round(ratio)} times the champion's, ${HOLDS.least} to ${HOLDS.most}`,
    },
    { name: 'average_precision', ...notWorse(averagePrecision) },
    { name: 'recall_within_budget', ...notWorse(recallWithinBudget) },
  ];
}

function round(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}

function signed(value: number): string {
  return `${value >= 0 ? '+' : ''}${round(value)}`;
}
