import { DAY_MS } from '#libs/core';
import type { LabelOptions, SimulateOptions } from '#libs/simulator';

/** Days of a simulation that vectors are made of, and what becomes known of them. */
export type World = SimulateOptions & LabelOptions;

export const START_MS = Date.UTC(2026, 0, 1);

/** Accounts join all the time, so that young ones are among the rows of every day. The trainer's splits are days of this. */
export const TRAINING: World = { seed: 101, accounts: 5_000, startMs: START_MS, days: 70, growthPerDay: 0.01 };

/** As the training, but for the seed. */
export const HELD_OUT: World = { seed: 202, accounts: 3_000, startMs: START_MS, days: 40, growthPerDay: 0.005 };

/**
 * Worlds that differ from the training's in more than the seed: how many live there and join, how often there is fraud and of which kinds, and what is said
 * of it. Frauds are about a third as frequent, so that an alert for one transaction in 200 could find them all.
 */
export const UNSEEN: readonly World[] = [
  {
    seed: 404,
    accounts: 2_600,
    startMs: START_MS,
    days: 40,
    growthPerDay: 0.002,
    fraudRates: ratesOf([0.25, 0.2, 0.5, 0.15, 0.05, 0.04]),
  },
  {
    seed: 505,
    accounts: 3_400,
    startMs: START_MS + 90 * DAY_MS,
    days: 36,
    fraudRates: ratesOf([0.2, 0.3, 0.4, 0.2, 0.04, 0.03]),
    confirmed: 0.03,
    misjudged: 0.12,
  },
  {
    seed: 606,
    accounts: 2_000,
    startMs: START_MS + 200 * DAY_MS,
    days: 44,
    growthPerDay: 0.015,
    fraudRates: ratesOf([0.35, 0.15, 0.4, 0.12, 0.06, 0.03]),
    confirmed: 0.15,
    falseAlarms: 0.002,
  },
];

/** Daily episodes per 1,000 accounts. */
function ratesOf([spree, testing, amount, takeover, mule, terminal]: readonly [
  spree: number,
  testing: number,
  amount: number,
  takeover: number,
  mule: number,
  terminal: number,
]): Readonly<Record<string, number>> {
  return {
    spending_spree: spree,
    card_testing: testing,
    unusual_amount: amount,
    account_takeover: takeover,
    mule_fan_in: mule,
    compromised_terminal: terminal,
  };
}
