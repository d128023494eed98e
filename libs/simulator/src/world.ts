import { Population } from './account.ts';
import { SCENARIOS } from './frauds/catalogue.ts';
import { Market } from './market.ts';
import type { Purchase, Truth } from './purchase.ts';
import type { Random } from './random.ts';
import { DAY_MS, HOUR_MS } from './time.ts';

/** How long it takes until a label is final: what was not reported by then was genuine. */
export const LABEL_DELAY_MS = 7 * DAY_MS;

/** The shops and the people of a simulation. History and live stream of one demo share a world. */
export interface World {
  readonly seed: number;
  /** How many accounts there are at the beginning; more may join. */
  readonly accounts: number;
  readonly market: Market;
  readonly population: Population;
}

/** A function of `seed` and `accounts`. Takes memory in proportion to `accounts`, about 3 KB each. */
export function createWorld({ seed, accounts }: { seed: number; accounts: number }): World {
  if (!Number.isSafeInteger(seed) || seed < 0) throw new RangeError('seed must be a safe integer, 0 or more');
  if (!Number.isSafeInteger(accounts) || accounts < 1) throw new RangeError('accounts must be an integer, 1 or more');
  const market = new Market(seed, Math.min(20_000, Math.ceil(accounts / 4)));
  return { seed, accounts, market, population: new Population(seed, market, accounts) };
}

/** Daily episodes per 1,000 accounts, by name of the kind of fraud. */
export type FraudRates = Readonly<Record<string, number>>;

/** The kinds of fraud that happen, with their rates; names that are not asked for keep theirs. */
export function scenarioRates(
  asked: FraudRates = {},
): { readonly scenario: (typeof SCENARIOS)[number]; readonly perThousand: number }[] {
  const unknown = Object.keys(asked).filter((name) => !SCENARIOS.some((scenario) => scenario.name === name));
  if (unknown.length > 0) throw new RangeError(`unknown kinds of fraud: ${unknown.join(', ')}`);
  return SCENARIOS.map((scenario) => ({
    scenario,
    perThousand: asked[scenario.name] ?? scenario.episodesPerThousandAccountDays,
  }));
}

/** When the frauds of one episode become known: the holder sees them all at once, some hours or days after the last, within the delay. */
export function fraudTruths(purchases: readonly Purchase[], scenario: string, random: Random): Truth[] {
  const lastMs = purchases.reduce((latest, { atMs }) => Math.max(latest, atMs), -Infinity);
  const noticedMs = Math.floor(lastMs + random.logNormal(36 * HOUR_MS, 0.9));
  return purchases.map(({ atMs }) => ({
    scenario,
    reportedAtMs: Math.max(atMs, Math.min(noticedMs, atMs + LABEL_DELAY_MS)),
  }));
}

/** A payment that nobody complained about. */
export const genuineTruth = (atMs: number): Truth => ({ scenario: null, reportedAtMs: atMs + LABEL_DELAY_MS });
