import type { Reason } from '../decision.ts';
import type { Explanation } from './explanation.ts';
import { FAMILY_OF_INPUT, inputsOf, REASON_FAMILIES } from './reason-families.ts';

/** Most reasons that a decision names. */
export const MOST_REASONS = 4;

/**
 * What raised the score, greatest first: the families of inputs whose contributions add up to more than 0, each with its sum in log-odds, at most
 * `MOST_REASONS`. None when nothing raised it beyond what the model thinks of everybody. Throws nothing; pure.
 */
export function reasonsOf({ contributions }: Explanation, vector: Float32Array): readonly Reason[] {
  const sums = new Float64Array(REASON_FAMILIES.length);
  contributions.forEach((part, place) => {
    const family = FAMILY_OF_INPUT[place] as number;
    sums[family] = (sums[family] as number) + part;
  });
  const input = inputsOf(vector);
  return REASON_FAMILIES.map(({ code, analystText }, family) => {
    return { code, text: analystText, contribution: rounded(sums[family] as number) };
  })
    .filter(({ contribution }) => contribution > 0)
    .toSorted((a, b) => b.contribution - a.contribution)
    .slice(0, MOST_REASONS)
    .map(({ code, text, contribution }) => ({ code, text: text(input), contribution, source: 'model' }));
}

/** To three decimals, which is what a person reads. */
function rounded(contribution: number): number {
  return Math.round(contribution * 1000) / 1000;
}
