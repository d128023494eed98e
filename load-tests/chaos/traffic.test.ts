import { simulate } from '#libs/simulator';
import { expect, test } from 'vitest';
import { deliveries, TrafficCounts } from './traffic.ts';

function* first<T>(all: Iterable<T>, count: number): Generator<T> {
  let given = 0;
  for (const one of all) {
    if (given++ === count) return;
    yield one;
  }
}

const START_MS = Date.UTC(2026, 2, 1);
const make = (seed: number, count = 8_000) => [
  ...first(deliveries(simulate({ seed, accounts: 500, startMs: START_MS, days: 12 }), seed), count),
];

test('a seed gives the same records by the same doors', () => {
  const texts = (seed: number) =>
    make(seed, 1_000).map(({ doors, misplaced, record }) => `${doors} ${misplaced} ${String(record.value)}`);
  expect(texts(3)).toEqual(texts(3));
  expect(texts(4)).not.toEqual(texts(3));
});

test('a run has more than a tenth of duplicates and of disorder, and some of everything else, by both doors', () => {
  const counts = new TrafficCounts();
  for (const delivery of make(5)) counts.add(delivery);
  const report = counts.report();
  expect(report.duplicates_share).toBeGreaterThan(0.1);
  expect(report.behind_own_account / report.transactions).toBeGreaterThan(0.1);
  expect(report.over_http / report.over_kafka).toBeGreaterThan(0.5);
  const { over_both_at_once, beyond_lateness, identity_conflicts, malformed, invalid, wrong_partition } = report;
  const rare = [over_both_at_once, beyond_lateness, identity_conflicts, malformed, invalid, wrong_partition];
  expect(Math.min(...rare)).toBeGreaterThan(25);
});

test('copies and contradictions come by the other door too', () => {
  const doorOf = new Map<string, string>();
  let crossed = 0;
  for (const { doors, record } of make(6)) {
    if (record.event === null) continue;
    const { account_id: account, transaction_id: id } = record.event.transaction;
    const before = doorOf.get(`${account} ${id}`);
    if (before !== undefined && before !== doors) crossed += 1;
    doorOf.set(`${account} ${id}`, doors);
  }
  expect(crossed).toBeGreaterThan(300);
});
