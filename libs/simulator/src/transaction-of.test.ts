import { createTransactionParser } from '#libs/contracts';
import { expect, test } from 'vitest';
import { handbookEvent } from './handbook.ts';
import { simulate } from './simulate.ts';
import { transactionOf } from './transaction-of.ts';

test('is what the contract parses from the JSON of the event', () => {
  const parser = createTransactionParser({ unknownFields: 'refuse', refuseCardNumbers: true });
  const events = [
    ...simulate({ seed: 6, accounts: 500, startMs: Date.UTC(2026, 2, 1), days: 4 }),
    handbookEvent('7,1522540831,596,3156,57.16,1,2'),
  ];
  for (const event of events) {
    const parsed = parser.parse(new TextEncoder().encode(JSON.stringify(event.transaction)));
    expect(parsed).toEqual({ ok: true, transaction: transactionOf(event), unknownFields: 0 });
  }
});
