import { type Random, scatter32 } from './random.ts';

/** The id of an account of the simulated bank. */
export const accountId = (index: number): string => `acct-${index}`;

/** The id of an account at another bank. */
export const outsideId = (number: number): string => `ext-${scatter32(number).toString(16).padStart(8, '0')}`;

/** An account at another bank that nobody knows yet. */
export const drawOutsider = (random: Random): string => outsideId(random.uint32());

/** An account that somebody has never paid before: elsewhere, or one of the first `among` of this bank. */
export function drawSomebody(random: Random, among: number): string {
  return random.chance(0.4) ? accountId(random.below(among)) : drawOutsider(random);
}
