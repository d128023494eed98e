import { createHash } from 'node:crypto';
import { createTransactionParser } from '#libs/contracts';
import { describe, expect, test } from 'vitest';
import { SCENARIOS } from './frauds/catalogue.ts';
import { simulate, type SimulateOptions } from './simulate.ts';
import { DAY_MS } from './time.ts';
import type { SimulatedEvent } from './wire-transaction.ts';

const startMs = Date.UTC(2026, 2, 1);
const town: SimulateOptions = { seed: 1, accounts: 2_000, startMs, days: 30 };
/** No frauds at all. */
const calm = Object.fromEntries(SCENARIOS.map(({ name }) => [name, 0]));
const month = [...simulate(town)];
const parser = createTransactionParser({ unknownFields: 'refuse', refuseCardNumbers: true });

function fingerprint(events: Iterable<SimulatedEvent>): string {
  const hash = createHash('sha256');
  for (const event of events) hash.update(JSON.stringify(event)).update('\n');
  return hash.digest('hex');
}

const count = (events: readonly SimulatedEvent[], when: (event: SimulatedEvent) => boolean): number =>
  events.filter(when).length;
const quantile = (sorted: readonly number[], q: number): number => sorted[Math.floor(q * sorted.length)] ?? Number.NaN;

describe('a simulation', () => {
  test('is the same for ever for one seed', () => {
    expect(fingerprint(month)).toBe('e781dd980c16752822004ac0d09945fe42568d87393670f46a13ae5178808d85');
  });

  test('is the same on every run and another with another seed', () => {
    const short = { ...town, accounts: 300, days: 3 };
    expect(fingerprint(simulate(short))).toBe(fingerprint(simulate(short)));
    expect(fingerprint(simulate(short))).not.toBe(fingerprint(simulate({ ...short, seed: 2 })));
  });

  test('repeats a genuine day whatever day it starts on', () => {
    const genuine = { seed: 3, accounts: 200, fraudRates: calm };
    const dayMs = startMs + 3 * DAY_MS;
    const asText = (options: { startMs: number; days: number }): string[] =>
      [...simulate({ ...genuine, ...options })]
        .filter((event) => event.eventTimeMs >= dayMs)
        .map((event) => JSON.stringify(event));
    const withDaysBefore = asText({ startMs, days: 4 });
    const alone = asText({ startMs: dayMs, days: 1 });
    expect(withDaysBefore).toEqual(expect.arrayContaining(alone));
    // Purchases begun before midnight and ended after it, and collections.
    expect(withDaysBefore.length - alone.length).toBeLessThan(15);
  });

  test('stays within its time and in order', () => {
    const options = { ...town, accounts: 500, startMs: startMs + 12_345_678, days: 2.5 };
    const timesMs = [...simulate(options)].map(({ eventTimeMs }) => eventTimeMs);
    expect(timesMs).toEqual(timesMs.toSorted((a, b) => a - b));
    expect(timesMs[0]).toBeGreaterThanOrEqual(options.startMs);
    expect(timesMs.at(-1)).toBeLessThan(options.startMs + 2.5 * DAY_MS);
    expect(timesMs.at(-1)).toBeGreaterThan(options.startMs + 2.4 * DAY_MS);
  });

  test('writes transactions that the contract accepts, at their event time, with unique identities', () => {
    const refused = month.filter(({ transaction, eventTimeMs }) => {
      const parsed = parser.parseObject(transaction);
      return !parsed.ok || parsed.transaction.eventTimeMs !== eventTimeMs;
    });
    expect(refused).toEqual([]);
    const identities = month.map(({ transaction }) => `${transaction.account_id} ${transaction.transaction_id}`);
    expect(new Set(identities).size).toBe(month.length);
  });

  test('reports frauds at or after them, some within hours, most after days or weeks; genuine ones when the delay is over', () => {
    const delayMs = ({ label, eventTimeMs }: SimulatedEvent): number => label.reportedAtMs - eventTimeMs;
    const allowed = (event: SimulatedEvent): boolean =>
      Number.isInteger(delayMs(event)) && delayMs(event) >= 0 && delayMs(event) <= 45 * DAY_MS;
    expect(count(month, (event) => !allowed(event))).toBe(0);
    expect(count(month, (event) => !event.label.fraud && delayMs(event) !== 7 * DAY_MS)).toBe(0);
    const frauds = month.filter((event) => event.label.fraud);
    const early = count(frauds, (event) => delayMs(event) < DAY_MS) / frauds.length;
    const beyondTheDelay = count(frauds, (event) => delayMs(event) > 7 * DAY_MS) / frauds.length;
    expect(early).toBeGreaterThan(0.15);
    expect(early).toBeLessThan(0.4);
    expect(beyondTheDelay).toBeGreaterThan(0.2);
    expect(beyondTheDelay).toBeLessThan(0.5);
  });

  test('has 0.5 to 1 % of frauds, of every kind', () => {
    const frauds = month.filter(({ label }) => label.fraud);
    expect(frauds.length / month.length).toBeGreaterThan(0.005);
    expect(frauds.length / month.length).toBeLessThan(0.01);
    for (const { name } of SCENARIOS)
      expect(count(frauds, ({ label }) => label.scenario === name) / frauds.length).toBeGreaterThan(0.03);
    expect(count(month, ({ label }) => !label.fraud && label.scenario !== undefined)).toBe(0);
  });

  test('has accounts that pay about once a day, and a few that pay much more', () => {
    const perAccount = new Map<string, number>();
    for (const { transaction } of month)
      perAccount.set(transaction.account_id, (perAccount.get(transaction.account_id) ?? 0) + 1);
    const rates = [...perAccount.values()].map((payments) => payments / town.days).sort((a, b) => a - b);
    expect(rates.length).toBe(town.accounts);
    expect(quantile(rates, 0.5)).toBeGreaterThan(1.2);
    expect(quantile(rates, 0.5)).toBeLessThan(1.5);
    expect(quantile(rates, 0.99)).toBeGreaterThan(8);
  });

  test('overlaps: a fraud is often an amount that others pay, and some genuine amounts are as unusual as fraud', () => {
    const amounts = (fraud: boolean): number[] =>
      month
        .filter(({ label, transaction }) => label.fraud === fraud && transaction.currency === 'EUR')
        .map(({ transaction }) => transaction.amount_minor)
        .sort((a, b) => a - b);
    const genuine = amounts(false);
    const frauds = amounts(true);
    expect(quantile(frauds, 0.25)).toBeLessThan(quantile(genuine, 0.9));
    expect(quantile(genuine, 0.999)).toBeGreaterThan(quantile(frauds, 0.9));
  });
});

describe('options of a simulation', () => {
  test('let accounts join', () => {
    const days = [...simulate({ ...town, accounts: 400, days: 20, growthPerDay: 0.05 })];
    const seen = (fromDay: number): number =>
      new Set(
        days
          .filter(({ eventTimeMs }) => Math.floor((eventTimeMs - startMs) / DAY_MS) >= fromDay)
          .map((e) => e.transaction.account_id),
      ).size;
    expect(seen(0)).toBeGreaterThan(650);
    expect(
      new Set(days.filter(({ eventTimeMs }) => eventTimeMs < startMs + DAY_MS).map((e) => e.transaction.account_id))
        .size,
    ).toBeLessThanOrEqual(400);
  });

  test('change how often each kind of fraud happens', () => {
    const only = [...simulate({ ...town, days: 5, fraudRates: { ...calm, card_testing: 5 } })].filter(
      (e) => e.label.fraud,
    );
    expect(new Set(only.map(({ label }) => label.scenario))).toEqual(new Set(['card_testing']));
    expect(only.length).toBeGreaterThan(200);
  });

  test.each([
    { seed: -1 },
    { seed: 0.5 },
    { accounts: 0 },
    { days: -1 },
    { startMs: Number.NaN },
    { fraudRates: { identity_theft: 1 } },
  ])('are refused when they make no sense: %j', (wrong) => {
    expect(() => [...simulate({ ...town, ...wrong })]).toThrow(RangeError);
  });
});
