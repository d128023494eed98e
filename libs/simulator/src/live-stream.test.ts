import { createTransactionParser } from '#libs/contracts';
import { describe, expect, test } from 'vitest';
import { SCENARIOS } from './frauds/catalogue.ts';
import { type LiveOptions, liveStream } from './live-stream.ts';
import { DAY_MS, MINUTE_MS } from './time.ts';
import type { SimulatedEvent } from './wire-transaction.ts';

const nowMs = Date.UTC(2026, 4, 14, 9, 31, 7, 412);
const demo: LiveOptions = { seed: 11, accounts: 3_000, nowMs, historyDays: 5, ratePerSecond: 20 };

/** Plays `minutes` in steps, as a timer would. */
function play(options: LiveOptions, minutes: number, stepMs = 250): SimulatedEvent[] {
  const stream = liveStream(options);
  const events: SimulatedEvent[] = [];
  for (let atMs = options.nowMs; atMs <= options.nowMs + minutes * MINUTE_MS; atMs += stepMs)
    events.push(...stream.until(atMs));
  return events;
}

describe('a live stream', () => {
  const live = play(demo, 10);

  test('has a history that ends now', () => {
    const history = [...liveStream(demo).history];
    expect(history.length).toBeGreaterThan(3_000 * 5);
    expect(history[0]?.eventTimeMs).toBeGreaterThanOrEqual(nowMs - 5 * DAY_MS);
    expect(history.at(-1)?.eventTimeMs).toBeLessThan(nowMs);
    expect(history.at(-1)?.eventTimeMs).toBeGreaterThan(nowMs - MINUTE_MS);
  });

  test('follows the clock of its caller, in order, at the rate asked', () => {
    expect(live.length / 600).toBeCloseTo(20, -0.5);
    const timesMs = live.map(({ eventTimeMs }) => eventTimeMs);
    expect(timesMs).toEqual(timesMs.toSorted((a, b) => a - b));
    expect(timesMs[0]).toBeGreaterThanOrEqual(nowMs);
    expect(timesMs.at(-1)).toBeLessThanOrEqual(nowMs + 10 * MINUTE_MS);
    expect(live.filter(({ label, eventTimeMs }) => label.reportedAtMs < eventTimeMs)).toEqual([]);
  });

  test('never runs ahead of its caller', () => {
    const stream = liveStream(demo);
    for (let atMs = nowMs; atMs < nowMs + MINUTE_MS; atMs += 777)
      for (const { eventTimeMs } of stream.until(atMs)) expect(eventTimeMs).toBeLessThanOrEqual(atMs);
    expect([...stream.until(nowMs)]).toEqual([]);
  });

  test('is the same however often it is asked, and another at another time', () => {
    expect(play(demo, 2, 10_000)).toEqual(play(demo, 2, 100));
    const ids = new Set(play(demo, 2).map(({ transaction }) => transaction.transaction_id));
    const later = play({ ...demo, nowMs: nowMs + 1 }, 2);
    expect(later.filter(({ transaction }) => ids.has(transaction.transaction_id))).toEqual([]);
  });

  test('shows frauds of every kind within any two minutes', () => {
    for (let minute = 0; minute < 9; minute += 1) {
      const from = nowMs + minute * MINUTE_MS;
      const frauds = live.filter(
        ({ label, eventTimeMs }) => label.fraud && eventTimeMs >= from && eventTimeMs < from + 2 * MINUTE_MS,
      );
      expect(frauds.length).toBeGreaterThan(2);
    }
    expect(new Set(live.slice(0, 6_000).map(({ label }) => label.scenario))).toEqual(
      new Set([undefined, ...SCENARIOS.map(({ name }) => name)]),
    );
  });

  test('leaves an account that has paid alone for a while, and lets new ones join', () => {
    const genuine = live.filter(({ label }) => !label.fraud).map(({ transaction }) => transaction.account_id);
    // Holders whose cards were copied at a till paid there first.
    expect(genuine.length - new Set(genuine).size).toBeLessThan(genuine.length / 200);
    const known = new Set(genuine.filter((id) => Number(id.slice('acct-'.length)) < demo.accounts));
    expect(known.size).toBeGreaterThan(2_500);
  });

  test('keeps its rate when nobody is left who has rested', () => {
    const crowded = play({ ...demo, accounts: 50, maxAccounts: 60, historyDays: 0 }, 1);
    expect(crowded.length).toBeGreaterThan(1_000);
    const payers = new Set(crowded.map(({ transaction }) => transaction.account_id)).size;
    expect(payers).toBeGreaterThan(45);
    expect(payers).toBeLessThanOrEqual(60);
  });

  test('writes transactions that the contract accepts, with unique identities', () => {
    const parser = createTransactionParser({ unknownFields: 'refuse', refuseCardNumbers: true });
    expect(live.filter(({ transaction }) => !parser.parseObject(transaction).ok)).toEqual([]);
    expect(new Set(live.map(({ transaction }) => transaction.transaction_id)).size).toBe(live.length);
  });
});
