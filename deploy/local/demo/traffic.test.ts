import { expect, test } from 'vitest';
import { demoTraffic, type TimedRecord } from './traffic.ts';

const START_MS = Date.UTC(2026, 4, 14, 9);
const COUNT = 5_000;

function someTraffic(): TimedRecord[] {
  const traffic = demoTraffic({ seed: 1, accounts: 300, days: 1 }, { startMs: START_MS, ratePerSecond: 50 });
  return Array.from({ length: COUNT }, () => traffic.next().value as TimedRecord);
}

const wireOf = ({ record }: TimedRecord): Record<string, string> =>
  JSON.parse(Buffer.from(record.value ?? []).toString()) as Record<string, string>;

test('records are due in order, at the rate that was asked for', () => {
  const due = someTraffic().map(({ dueMs }) => dueMs);
  expect(due).toEqual(due.toSorted((a, b) => a - b));
  const seconds = ((due.at(-1) ?? 0) - START_MS) / 1_000;
  expect(COUNT / seconds).toBeGreaterThan(48);
  expect(COUNT / seconds).toBeLessThan(54);
});

test('both doors are used, and everything that a summary shows is in the traffic', () => {
  const traffic = someTraffic();
  const share = (holds: (one: TimedRecord) => boolean): number => traffic.filter(holds).length / COUNT;
  expect(share(({ door }) => door === 'http')).toBeCloseTo(0.2, 1);
  expect(share(({ record }) => record.kind === 'duplicate')).toBeGreaterThan(0.005);
  expect(share(({ record }) => record.kind === 'malformed')).toBeGreaterThan(0);
  expect(share(({ record }) => record.kind === 'invalid')).toBeGreaterThan(0);
  expect(share(({ record }) => record.value === null)).toBeLessThan(0.01);
});

test('a payment of a terminal that was offline is older than one of its account that came before', () => {
  const ordinary = someTraffic().filter(({ record }) => record.kind === 'ordinary');
  const offline = ordinary.filter((one) => wireOf(one)['transaction_id']?.endsWith('-offline'));
  expect(offline.length).toBeGreaterThan(10);
  for (const one of offline) {
    const { account_id: accountId, occurred_at: occurredAt = '' } = wireOf(one);
    const before = ordinary.slice(0, ordinary.indexOf(one)).map(wireOf);
    expect(before.some((wire) => wire['account_id'] === accountId && (wire['occurred_at'] ?? '') > occurredAt)).toBe(
      true,
    );
  }
});
