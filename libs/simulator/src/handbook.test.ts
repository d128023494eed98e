import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { createTransactionParser } from '#libs/contracts';
import { afterAll, describe, expect, test } from 'vitest';
import { handbookEvent, readHandbook } from './handbook.ts';
import { DAY_MS } from './time.ts';
import type { SimulatedEvent } from './wire-transaction.ts';

const benchmarkFile = join(import.meta.dirname, '../../../../shared/data/handbook/transactions.csv.gz');
const folder = mkdtempSync(join(tmpdir(), 'handbook-'));
afterAll(() => rmSync(folder, { recursive: true }));

const header = 'transaction_id,event_time_s,customer_id,terminal_id,amount,fraud,fraud_scenario';
async function read(content: string | Uint8Array): Promise<SimulatedEvent[]> {
  const path = join(folder, 'transactions.csv.gz');
  writeFileSync(path, typeof content === 'string' ? gzipSync(content) : content);
  const events: SimulatedEvent[] = [];
  for await (const event of readHandbook(path)) events.push(event);
  return events;
}

describe("the Handbook's transactions", () => {
  test('become ours, row by row', () => {
    expect(handbookEvent('7,1522540831,596,3156,57.16,1,2')).toEqual({
      eventTimeMs: 1_522_540_831_000,
      transaction: {
        transaction_id: '7',
        account_id: 'c596',
        occurred_at: '2018-04-01T00:00:31.000Z',
        amount_minor: 5716,
        currency: 'EUR',
        event_type: 'authorization',
        terminal_id: 't3156',
      },
      label: { fraud: true, scenario: 'handbook_2', reportedAtMs: 1_522_540_831_000 + 7 * DAY_MS },
    });
    expect(handbookEvent('8,1522540831,0,0,0.00,0,0').label).toEqual({
      fraud: false,
      reportedAtMs: 1_522_540_831_000 + 7 * DAY_MS,
    });
  });

  test.each([
    ['146.00', 14_600],
    ['0.00', 0],
    ['1.1', 110],
    ['8', 800],
    ['1.15', 115],
    ['4.35', 435],
  ])('have amounts in cents, without loss: %s', (amount, cents) => {
    expect(handbookEvent(`1,1522540831,1,1,${amount},0,0`).transaction.amount_minor).toBe(cents);
  });

  test.each([
    '',
    '1,2,3',
    '1,1522540831,1,1,-5.00,0,0',
    '1,1522540831,1,1,5.001,0,0',
    '1,1522540831,1,1,5.00,2,0',
    'a,1,1,1,1,0,0',
  ])('are nothing else: %j', (row) => {
    expect(() => handbookEvent(row)).toThrow(/not a row/);
  });

  test('are read from the gzipped file, with or without a last line feed', async () => {
    const rows = ['1,1522540831,1,2,3.00,0,0', '2,1522540832,1,2,4.00,1,3'];
    const expected = rows.map(handbookEvent);
    await expect(read([header, ...rows].join('\n'))).resolves.toEqual(expected);
    await expect(read([header, ...rows, ''].join('\r\n'))).resolves.toEqual(expected);
  });

  test('another file, a damaged or a missing one is refused', async () => {
    await expect(read('id,amount\n1,2\n')).rejects.toThrow(/the first line is/);
    await expect(
      read(gzipSync(`${header}\n${'1,1522540831,1,2,3.00,0,0\n'.repeat(50)}`).subarray(0, 60)),
    ).rejects.toThrow(/unexpected end/);
    await expect(readHandbook(join(folder, 'absent')).next()).rejects.toThrow(/ENOENT/);
  });
});

describe.skipIf(!existsSync(benchmarkFile))(
  `the benchmark file (skipped where shared/data/handbook is not beside the project)`,
  () => {
    test('is mapped whole: its counts are the published ones, in order, and the contract takes them', async () => {
      const parser = createTransactionParser({ unknownFields: 'refuse', refuseCardNumbers: true });
      const totals = { rows: 0, frauds: 0, refused: 0, backwards: 0, zero: 0 };
      const accounts = new Set<string>();
      let lastMs = -Infinity;
      for await (const { transaction, label, eventTimeMs } of readHandbook(benchmarkFile)) {
        totals.rows += 1;
        if (label.fraud) totals.frauds += 1;
        if (eventTimeMs < lastMs) totals.backwards += 1;
        if (transaction.amount_minor === 0) totals.zero += 1;
        // One in ten, as parsing takes longer than reading.
        if (totals.rows % 10 === 0 && !parser.parseObject(transaction).ok) totals.refused += 1;
        accounts.add(transaction.account_id);
        lastMs = eventTimeMs;
      }
      expect(totals).toEqual({ rows: 1_754_155, frauds: 14_681, refused: 0, backwards: 0, zero: 42 });
      expect(accounts.size).toBe(4_990);
    }, 120_000);
  },
);
