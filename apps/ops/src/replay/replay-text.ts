import { formatCount } from '../progress.ts';
import type { ReplayCounts } from './replay-tally.ts';
import type { ComparedVectors, DifferingInput } from './vector-comparison.ts';

/** Of one vector. */
const SHOWN_INPUTS = 3;

/** What a replay came to, for people. */
export function countsText({ decided, held, recorded, refused, labels }: ReplayCounts, accounts: number): string {
  const others = [...listed('recorded', recorded), ...listed('refused', refused), ...listed('labels', labels)];
  const rest = others.length === 0 ? '' : `; ${others.join('; ')}`;
  return `${formatCount(decided)} decisions (${formatCount(held)} holds) of ${formatCount(accounts)} accounts${rest}`;
}

/** How recorded vectors compare with recomputed ones, in lines. */
export function comparedText({ equal, different, not_compared: others, differences }: ComparedVectors): string[] {
  const skipped = others === 0 ? '' : `, ${formatCount(others)} of another feature set`;
  const lines = [`Vectors: ${formatCount(equal)} equal, ${formatCount(different)} different${skipped}`];
  for (const { partition, seq, account_id: account, transaction_id: transaction, inputs } of differences) {
    const shown = inputs.slice(0, SHOWN_INPUTS).map(inputText);
    const more = inputs.length > SHOWN_INPUTS ? [`${inputs.length - SHOWN_INPUTS} more`] : [];
    lines.push(`  partition ${partition} seq ${seq} ${account} ${transaction}: ${[...shown, ...more].join(', ')}`);
  }
  return lines;
}

function inputText({ feature, recorded, recomputed }: DifferingInput): string {
  return `${feature} recorded ${recorded ?? 'missing'} recomputed ${recomputed ?? 'missing'}`;
}

function listed(name: string, counts: Readonly<Record<string, number>>): string[] {
  const parts = Object.entries(counts).map(([what, count]) => `${formatCount(count)} ${what}`);
  return parts.length === 0 ? [] : [`${name}: ${parts.join(', ')}`];
}
