import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Known, withLabels } from './labels.ts';
import { simulate } from './simulate.ts';
import { DAY_MS } from './time.ts';
import type { SimulatedEvent, WireLabel } from './wire-transaction.ts';

const startMs = Date.UTC(2026, 2, 1);
const events = [...simulate({ seed: 9, accounts: 1_500, startMs, days: 40 })];
const known = [...withLabels(events, { seed: 9 })];
const labelsOf = (all: readonly Known[]): WireLabel[] =>
  all.flatMap((one) => (one.kind === 'label' ? [one.label] : []));
const identity = ({
  account_id: account,
  transaction_id: transaction,
}: Pick<WireLabel, 'account_id' | 'transaction_id'>) => `${account} ${transaction}`;
const byTransaction = Map.groupBy(labelsOf(known), identity);
const said = ({ transaction }: SimulatedEvent): WireLabel[] => byTransaction.get(identity(transaction)) ?? [];
const words = (event: SimulatedEvent): string => said(event).map(({ label }) => label).join(' then '); // prettier-ignore
const share = (all: readonly SimulatedEvent[], when: (event: SimulatedEvent) => boolean): number =>
  all.filter(when).length / all.length;
const frauds = events.filter(({ label }) => label.fraud);
const genuine = events.filter(({ label }) => !label.fraud);

describe('labels', { timeout: 30_000 }, () => {
  test('leave the transactions as they were, in their order', () => {
    expect(known.flatMap((one) => (one.kind === 'transaction' ? [one.event] : []))).toEqual(events);
  });

  test('come in the order of their times among the transactions, and never before what they are about', () => {
    const timesMs = known.map(({ atMs }) => atMs);
    expect(timesMs).toEqual(timesMs.toSorted((a, b) => a - b));
    const seen = new Set<string>();
    const early = known.filter((one) => {
      if (one.kind === 'label') return !seen.has(identity(one.label));
      seen.add(identity(one.event.transaction));
      return false;
    });
    expect(early).toEqual([]);
    expect(known.filter((one) => one.kind === 'label' && one.atMs !== Date.parse(one.label.reported_at))).toEqual([]);
  });

  test('of a millisecond come after its transactions, whatever the times are', () => {
    const [pattern] = frauds as [SimulatedEvent];
    const gaps = fc.array(fc.tuple(fc.nat(3), fc.nat(4), fc.boolean()), { maxLength: 60 });
    fc.assert(
      fc.property(gaps, fc.nat(), (steps, seed) => {
        let eventTimeMs = startMs;
        const packed = steps.map(([gapMs, delayMs, fraud]) => {
          eventTimeMs += gapMs;
          return { ...pattern, eventTimeMs, label: { fraud, reportedAtMs: eventTimeMs + delayMs } };
        });
        const order = [...withLabels(packed, { seed, confirmed: 0.5 })].map(
          ({ atMs, kind }) => 2 * atMs + (kind === 'label' ? 1 : 0),
        );
        expect(order).toEqual(order.toSorted((a, b) => a - b));
      }),
    );
  });

  test('end with the truth: every fraud is found, genuine payments mostly never spoken of', () => {
    expect(frauds.filter((event) => said(event).at(-1)?.label !== 'fraud')).toEqual([]);
    expect(genuine.filter((event) => (said(event).at(-1)?.label ?? 'genuine') !== 'genuine')).toEqual([]);
    expect(share(genuine, (event) => said(event).length > 0)).toBeCloseTo(0.08, 2);
  });

  test('report some frauds within hours, most after days or weeks', () => {
    const delayDays = (event: SimulatedEvent): number =>
      (Date.parse(said(event).at(-1)?.reported_at ?? '') - event.eventTimeMs) / DAY_MS;
    expect(share(frauds, (event) => delayDays(event) < 0.5)).toBeGreaterThan(0.1);
    expect(share(frauds, (event) => delayDays(event) < 0.5)).toBeLessThan(0.4);
    expect(share(frauds, (event) => delayDays(event) > 2)).toBeGreaterThan(0.5);
    expect(share(frauds, (event) => delayDays(event) > 14)).toBeGreaterThan(0.05);
    expect(Math.max(...frauds.map(delayDays))).toBeLessThanOrEqual(45);
  });

  test('are corrected now and then, in both directions', () => {
    expect(new Set(events.map(words))).toEqual(
      new Set(['', 'fraud', 'genuine', 'genuine then fraud', 'fraud then genuine']),
    );
    expect(share(frauds, (event) => words(event) === 'genuine then fraud')).toBeGreaterThan(0.02);
    const alarms = genuine.filter((event) => words(event) === 'fraud then genuine').length;
    expect(alarms / genuine.length).toBeGreaterThan(0.0003);
    expect(alarms / genuine.length).toBeLessThan(0.001);
  });

  test('are as the options say, and the same for the same seed', () => {
    expect([...withLabels(events, { seed: 9 })]).toEqual(known);
    expect([...withLabels(events, { seed: 10 })]).not.toEqual(known);
    const plain = labelsOf([...withLabels(events, { seed: 9, confirmed: 0, falseAlarms: 0, misjudged: 0 })]);
    expect(plain.map(identity).sort()).toEqual(frauds.map(({ transaction }) => identity(transaction)).sort());
    const full = labelsOf([...withLabels(events, { seed: 9, confirmed: 1, falseAlarms: 0, misjudged: 0 })]);
    expect(full.length).toBe(events.length);
  });

  test('that are held back do not become more with the length of the stream', () => {
    const long = [...withLabels(simulate({ seed: 2, accounts: 200, startMs, days: 200 }), { seed: 2 })];
    const labels = Map.groupBy(labelsOf(long), identity);
    const atDay = new Map<number, number>();
    let waiting = 0;
    for (const one of long) {
      waiting += one.kind === 'label' ? -1 : (labels.get(identity(one.event.transaction))?.length ?? 0);
      const day = Math.floor((one.atMs - startMs) / DAY_MS);
      atDay.set(day, Math.max(atDay.get(day) ?? 0, waiting));
    }
    const peak = (from: number, to: number): number =>
      Math.max(...[...atDay].filter(([day]) => day >= from && day < to).map(([, count]) => count));
    expect(peak(150, 200) / peak(50, 100)).toBeLessThan(1.5);
    expect(waiting).toBe(0);
  });
});
