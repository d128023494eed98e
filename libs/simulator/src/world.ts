import { Population } from './account.ts';
import { SCENARIOS } from './frauds/catalogue.ts';
import { Market } from './market.ts';
import type { Plot } from './frauds/fraud-scenario.ts';
import type { Payment, Truth } from './payment.ts';
import type { Random } from './random.ts';
import { DAY_MS, HOUR_MS } from './time.ts';

/** A payment that nobody complained about for so long counts as genuine, unless somebody does later. */
export const LABEL_DELAY_MS = 7 * DAY_MS;
/** How long after a fraud it is reported at the latest. */
export const LATEST_REPORT_MS = 45 * DAY_MS;
const EARLY_SHARE = 0.3;

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

/** A payment with what it turned out to be. */
export interface Told {
  readonly payment: Payment;
  readonly truth: Truth;
}

/**
 * The payments of one episode with their truths. Each holder sees all frauds on the own account at once, after the last: some within hours, because the
 * bank asks or the balance is wrong; most days or weeks later, when the statement comes.
 */
export function tell({ frauds, genuine = [] }: Plot, scenario: string, random: Random): Told[] {
  const noticedMs = new Map<number, number>();
  for (const { account, atMs } of frauds)
    noticedMs.set(account.index, Math.max(noticedMs.get(account.index) ?? -Infinity, atMs));
  for (const [index, lastMs] of noticedMs) {
    const early = random.chance(EARLY_SHARE);
    noticedMs.set(index, Math.floor(lastMs + random.logNormal(early ? 3 * HOUR_MS : 6 * DAY_MS, 0.8)));
  }
  const told = frauds.map((payment) => {
    const { atMs, account } = payment;
    const reportedAtMs = Math.max(atMs, Math.min(noticedMs.get(account.index) ?? Infinity, atMs + LATEST_REPORT_MS));
    return { payment, truth: { scenario, reportedAtMs } };
  });
  return [...told, ...genuine.map((payment) => ({ payment, truth: genuineTruth(payment.atMs) }))];
}

/** A payment that nobody complained about. */
export const genuineTruth = (atMs: number): Truth => ({ scenario: null, reportedAtMs: atMs + LABEL_DELAY_MS });
