import { textTable } from '../inspect/text-table.ts';
import type { CheckedLimit } from './comparison-limits.ts';
import type { ModelComparison } from './model-comparison.ts';

/** A comparison for people. */
export function comparisonText(
  { champion, challenger }: { readonly champion: string; readonly challenger: string },
  comparison: ModelComparison,
  limits: readonly CheckedLimit[],
): string {
  const { flips, policy, equalBudget, labelled, disagreements } = comparison;
  const table = (columns: readonly string[], rows: readonly (readonly (string | number)[])[]): string =>
    textTable(columns.map((name, at) => ({ name, isNumber: at > 0 })), rows.map((row) => row.map(String))).join('\n'); // prettier-ignore
  const amounts = (heldMinor: Readonly<Record<string, number>>): string =>
    Object.entries(heldMinor).map(([currency, minor]) => `${minor} ${currency}`).join(', '); // prettier-ignore
  const heldRow = (name: string, { holds, frauds, heldMinor }: ModelComparison['policy']['champion']) =>
    [name, holds, frauds, amounts(heldMinor)]; // prettier-ignore
  return [
    `${comparison.decisions} decisions, ${labelled.decisions} of which it is known what they were, ${labelled.frauds} frauds`,
    '',
    table(
      ['', `${challenger} holds`, `${challenger} approves`],
      [
        [`${champion} holds`, flips.bothHold, flips.championOnly],
        [`${champion} approves`, flips.challengerOnly, flips.neither],
      ],
    ),
    '',
    table(
      ['by the policy', 'holds', 'known frauds', 'held, minor units'],
      [heldRow(champion, policy.champion), heldRow(challenger, policy.challenger)],
    ),
    '',
    table(
      [`with ${equalBudget.holds} holds each`, 'holds', 'known frauds', 'held, minor units'],
      [heldRow(champion, equalBudget.champion), heldRow(challenger, equalBudget.challenger)],
    ),
    `in common: ${equalBudget.inCommon}`,
    '',
    table(
      ['greatest differences', 'champion', 'challenger', 'known as'],
      disagreements.map(({ accountId, transactionId, ...row }) => [
        `${accountId} ${transactionId}`,
        row.champion.toFixed(4),
        row.challenger.toFixed(4),
        row.isFraud === null ? '' : row.isFraud ? 'fraud' : 'genuine',
      ]),
    ),
    '',
    ...limits.map(({ name, isKept, text }) => `${isKept ? 'kept  ' : 'BROKEN'}  ${name}: ${text}`),
  ].join('\n');
}
