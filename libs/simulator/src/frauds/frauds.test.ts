import { describe, expect, test } from 'vitest';
import { Market } from '../market.ts';
import { Population } from '../account.ts';
import { Streams } from '../random.ts';
import { simulate } from '../simulate.ts';
import { DAY_MS } from '../time.ts';
import type { SimulatedEvent } from '../wire-transaction.ts';
import { SCENARIOS } from './catalogue.ts';
import type { FraudScenario, Plot } from './fraud-scenario.ts';

const startMs = Date.UTC(2026, 2, 1);
const accounts = 3_000;
const days = 60;
const events = [...simulate({ seed: 5, accounts, startMs, days })];
const frauds = (name: string): SimulatedEvent[] => events.filter(({ label }) => label.scenario === name);
const transfers = events.filter(({ transaction }) => transaction.counterparty_account_id !== undefined);
const beneficiary = ({ transaction }: SimulatedEvent): string => transaction.counterparty_account_id as string;
const share = (all: readonly SimulatedEvent[], when: (event: SimulatedEvent) => boolean): number =>
  all.filter(when).length / all.length;

/** Transfers that are the first from their account to their beneficiary; and from a device that the account had not paid with. */
const firstPayments = new Set<SimulatedEvent>();
const fromNewDevices = new Set<SimulatedEvent>();
const known = new Set<string>();
for (const event of events) {
  const { account_id: account, device } = event.transaction;
  for (const [id, found] of [
    [event.transaction.counterparty_account_id, firstPayments],
    [device?.id, fromNewDevices],
  ] as const) {
    if (id === undefined) continue;
    if (!known.has(`${account} ${id}`)) found.add(event);
    known.add(`${account} ${id}`);
  }
}

/** For each transfer, how many accounts had paid its beneficiary in the 24 h up to it. */
const payersWithinADay = new Map<SimulatedEvent, number>();
const recent = new Map<string, SimulatedEvent[]>();
for (const event of transfers) {
  const kept = (recent.get(beneficiary(event)) ?? []).filter((past) => past.eventTimeMs > event.eventTimeMs - DAY_MS);
  kept.push(event);
  recent.set(beneficiary(event), kept);
  payersWithinADay.set(event, new Set(kept.map(({ transaction }) => transaction.account_id)).size);
}
const payers = (event: SimulatedEvent): number => payersWithinADay.get(event) ?? 0;

function plots(scenario: FraudScenario, count: number): Plot[] {
  const market = new Market(7, 500);
  const population = new Population(7, market, 2_000);
  const random = new Streams(7, scenario.name).at(0);
  return Array.from({ length: count }, (_, index) =>
    scenario.plan({ account: population.account(index), startMs, random, market, population, accounts: 2_000 }),
  );
}

describe('each kind of fraud', () => {
  test.each(SCENARIOS)('happens at the rate that is asked: $name', { timeout: 30_000 }, (scenario) => {
    const offsetsDays = plots(scenario, 300).flatMap((plot) =>
      plot.frauds.map(({ atMs }) => (atMs - startMs) / DAY_MS),
    );
    // What an episode has after the last day is missing.
    const within = offsetsDays.reduce((sum, offset) => sum + Math.max(0, 1 - offset / 30), 0) / 300;
    const asked = { ...Object.fromEntries(SCENARIOS.map(({ name }) => [name, 0])), [scenario.name]: 6 };
    const found = [...simulate({ seed: 6, accounts: 1_000, startMs, days: 30, fraudRates: asked })];
    const count = found.filter(({ label }) => label.fraud).length;
    expect(count / (6 * 30 * within)).toBeGreaterThan(0.8);
    expect(count / (6 * 30 * within)).toBeLessThan(1.2);
  });

  test.each(SCENARIOS)('begins when it is told to, and ends within 60 days: $name', (scenario) => {
    const wrong = plots(scenario, 300)
      .flatMap((plot) => [...plot.frauds, ...(plot.genuine ?? [])])
      .filter(({ atMs }) => !Number.isInteger(atMs) || atMs < startMs || atMs > startMs + 60 * DAY_MS);
    expect(wrong).toEqual([]);
  });
});

describe('an account takeover', () => {
  const stolen = frauds('account_takeover');
  const looksStolen = (event: SimulatedEvent): boolean => firstPayments.has(event) && fromNewDevices.has(event);

  test('pays somebody new from a new device, at one address, often after a trial', () => {
    const perVictim = Map.groupBy(stolen, ({ transaction }) => transaction.account_id);
    const firsts = [...perVictim.values()].map(([first]) => first as SimulatedEvent);
    expect(share(firsts, looksStolen)).toBeGreaterThan(0.8);
    const trials = share(firsts, ({ transaction }) => transaction.amount_minor <= 900);
    expect(trials).toBeGreaterThan(0.3);
    expect(trials).toBeLessThan(0.7);
    expect(stolen.filter(({ transaction }) => transaction.merchant ?? transaction.terminal_id)).toEqual([]);
  });

  test('takes large parts of what the account moves in a month', () => {
    const genuine = Map.groupBy(
      events.filter(({ label }) => !label.fraud),
      ({ transaction }) => transaction.account_id,
    );
    const before = (victim: string, atMs: number): number =>
      (genuine.get(victim) ?? [])
        .filter(({ eventTimeMs }) => eventTimeMs < atMs && eventTimeMs > atMs - 30 * DAY_MS)
        .reduce((sum, { transaction }) => sum + transaction.amount_minor, 0);
    const late = stolen.filter(({ eventTimeMs }) => eventTimeMs > startMs + 30 * DAY_MS);
    const large = share(
      late,
      ({ transaction, eventTimeMs }) => transaction.amount_minor > before(transaction.account_id, eventTimeMs) / 10,
    );
    expect(large).toBeGreaterThan(0.4);
  });

  test('has genuine doubles: somebody new is paid from a new device, large sums too, and mostly nothing is wrong', () => {
    // In the first weeks every device is new.
    const doubles = transfers.filter(
      (event) => looksStolen(event) && event.eventTimeMs > startMs + 30 * DAY_MS && event.transaction.amount_minor > 0,
    );
    const genuine = doubles.filter(({ label }) => !label.fraud);
    expect(genuine.length).toBeGreaterThan(doubles.length / 2);
    const isLarge = ({ transaction }: SimulatedEvent): boolean => transaction.amount_minor > 50_000;
    expect(genuine.filter(isLarge).length).toBeGreaterThan(doubles.filter(isLarge).length / 5);
  });
});

describe('a mule', () => {
  const stolen = frauds('mule_fan_in');

  test('is an account of the bank that many pay within a day, and that then pays others', () => {
    const mules = new Set(stolen.map(beneficiary).filter((id) => stolen.some((e) => e.transaction.account_id === id)));
    expect(mules.size).toBeGreaterThan(8);
    for (const mule of mules) {
      const received = stolen.filter((event) => beneficiary(event) === mule);
      const sent = stolen.filter(({ transaction }) => transaction.account_id === mule);
      const sum = (all: readonly SimulatedEvent[]): number =>
        all.reduce((total, { transaction }) => total + transaction.amount_minor, 0);
      if (received.length < 3) continue;
      expect(sum(sent) / sum(received)).toBeGreaterThan(0.5);
      expect(sum(sent) / sum(received)).toBeLessThan(1.2);
      expect((sent[0]?.eventTimeMs ?? 0) > (received[0]?.eventTimeMs ?? 0)).toBe(true);
    }
    expect(Math.max(...stolen.map(payers))).toBeGreaterThanOrEqual(6);
  });

  test('is paid from known devices too, by those who were persuaded', () => {
    const received = stolen.filter((event) => payers(event) >= 3);
    expect(share(received, (event) => fromNewDevices.has(event))).toBeGreaterThan(0.1);
    expect(share(received, (event) => fromNewDevices.has(event))).toBeLessThan(0.9);
  });

  test('has genuine doubles: landlords, and collections that one account makes and passes on', () => {
    const crowded = transfers.filter((event) => payers(event) >= 4);
    expect(share(crowded, ({ label }) => label.fraud)).toBeLessThan(0.3);
    const genuine = crowded.filter(({ label }) => !label.fraud).map(beneficiary);
    const collectors = new Set(genuine.filter((id) => id.startsWith('acct-')));
    expect(collectors.size).toBeGreaterThan(8);
  });
});

describe('a compromised terminal', () => {
  const stolen = frauds('compromised_terminal');
  const atTills = stolen.filter(({ transaction }) => transaction.terminal_id !== undefined);

  test('has many frauds for days or weeks, of many cards, beside genuine payments', () => {
    const perTill = Map.groupBy(atTills, ({ transaction }) => transaction.terminal_id as string);
    const tills = [...perTill.entries()].filter(([, all]) => all.length >= 4);
    expect(tills.length).toBeGreaterThan(5);
    const shares: number[] = [];
    const payments = Map.groupBy(events, ({ transaction }) => transaction.terminal_id ?? '');
    for (const [till, all] of tills) {
      const fromMs = all[0]?.eventTimeMs ?? 0;
      const toMs = all.at(-1)?.eventTimeMs ?? 0;
      expect(toMs - fromMs).toBeLessThan(45 * DAY_MS);
      expect(new Set(all.map(({ transaction }) => transaction.account_id)).size).toBeGreaterThan(1);
      const during = (payments.get(till) ?? []).filter(
        ({ eventTimeMs }) => eventTimeMs >= fromMs && eventTimeMs <= toMs,
      );
      shares.push(share(during, ({ label }) => label.fraud));
    }
    expect(shares.toSorted((a, b) => a - b)[Math.floor(shares.length / 2)]).toBeGreaterThan(0.2);
    expect(Math.max(...shares)).toBeLessThan(1);
  });

  test('is where the cards were used before they were used elsewhere', () => {
    const elsewhere = stolen.filter(({ transaction }) => transaction.device !== undefined);
    const tills = new Set(atTills.map(({ transaction }) => transaction.terminal_id));
    const visited = new Map<string, number>();
    for (const { transaction, label, eventTimeMs } of events)
      if (!label.fraud && tills.has(transaction.terminal_id) && !visited.has(transaction.card_id ?? ''))
        visited.set(transaction.card_id ?? '', eventTimeMs);
    expect(elsewhere.length).toBeGreaterThan(20);
    expect(
      share(
        elsewhere,
        ({ transaction, eventTimeMs }) => (visited.get(transaction.card_id ?? '') ?? Infinity) < eventTimeMs,
      ),
    ).toBeGreaterThan(0.9);
  });
});

describe('no field gives the truth away', () => {
  /** What a single field says by itself: its shape, and its value where it has few. */
  function facts({ transaction, eventTimeMs }: SimulatedEvent): string[] {
    const { merchant, device, counterparty_account_id: to, amount_minor: amountMinor } = transaction;
    const shape = (text: string | undefined): string => text?.replaceAll(/[0-9a-f]+/g, '0') ?? 'none';
    return [
      `fields ${Object.keys(transaction).join(' ')}`,
      `channel ${transaction.channel}`,
      `currency ${transaction.currency}`,
      `mcc ${merchant?.mcc}`,
      `in ${merchant?.country}`,
      `to ${to?.slice(0, 4)}`,
      `device ${shape(device?.id)}, ip ${device?.ip.split('.').slice(0, 2).join('.')}`,
      `ids ${shape(transaction.transaction_id)} ${shape(transaction.card_id)} ${shape(transaction.terminal_id)}`,
      `last digit of the transaction ${transaction.transaction_id.at(-1)}`,
      `amount zero ${amountMinor === 0}, round ${amountMinor % 5_000 === 0}, of ${String(amountMinor).length} digits`,
      `millisecond ${eventTimeMs % 1_000 === 0}, hour ${Math.floor(eventTimeMs / 3_600_000) % 24}`,
    ];
  }

  test('what frauds have, genuine payments have more often', { timeout: 30_000 }, () => {
    const tally = new Map<string, { fraud: number; genuine: number }>();
    // Every fifth genuine payment stands for five.
    for (const [nth, event] of events.entries()) {
      const { fraud } = event.label;
      if (!fraud && nth % 5 !== 0) continue;
      for (const fact of facts(event)) {
        const counts = tally.get(fact) ?? { fraud: 0, genuine: 0 };
        counts[fraud ? 'fraud' : 'genuine'] += fraud ? 1 : 5;
        tally.set(fact, counts);
      }
    }
    const telling = [...tally].filter(([, { fraud, genuine }]) => fraud >= 8 && fraud > 0.5 * genuine);
    expect(telling).toEqual([]);
    expect(tally.size).toBeGreaterThan(150);
  });
});
