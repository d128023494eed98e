import { createLabelParser, createTransactionParser } from '#libs/contracts';
import { expect, test } from 'vitest';
import { handbookEvent } from './handbook.ts';
import { simulate } from './simulate.ts';
import { withLabels } from './labels.ts';
import { coreLabelOf, transactionOf } from './transaction-of.ts';

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

test('a label is what the contract parses from its JSON', () => {
  const parser = createLabelParser({ unknownFields: 'refuse', refuseCardNumbers: true });
  const known = withLabels(simulate({ seed: 6, accounts: 300, startMs: Date.UTC(2026, 2, 1), days: 6 }), { seed: 6 });
  const labels = [...known].flatMap((one) => (one.kind === 'label' ? [one.label] : []));
  expect(labels.length).toBeGreaterThan(100);
  for (const label of labels) {
    const parsed = parser.parse(new TextEncoder().encode(JSON.stringify(label)));
    expect(parsed).toEqual({ ok: true, label: coreLabelOf(label), unknownFields: 0 });
  }
});
