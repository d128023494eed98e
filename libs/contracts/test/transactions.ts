import fc from 'fast-check';
import { CHANNELS } from '../src/index.ts';

/** The transaction of the contract's own example: every field that there is but `original_transaction_id`. */
export const EXAMPLE = {
  transaction_id: 'tx-20260514-0001',
  account_id: 'acct-4821',
  occurred_at: '2026-05-14T09:31:07.412Z',
  amount_minor: 12999,
  currency: 'EUR',
  event_type: 'authorization',
  channel: 'card_not_present',
  card_id: 'c-77',
  terminal_id: 't-9',
  merchant: { id: 'm-310', mcc: '5732', country: 'DE' },
  counterparty_account_id: 'acct-9',
  device: { id: 'd-5', ip: '203.0.113.7' },
  location: { lat: 52.52, lon: 13.4 },
  network_scores: [{ source: 'scheme', value: 42, scale: 99 }],
};

/** The five fields that a transaction must have. */
export const MINIMAL = {
  transaction_id: 'tx-1',
  account_id: 'acct-1',
  occurred_at: '2026-05-14T09:31:07Z',
  amount_minor: 0,
  currency: 'EUR',
};

/** A Visa number from the scheme's test range. */
export const CARD_NUMBER = '4111111111111111';

const capitals = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'.split('');
const idCharacters = [...capitals, ...'abcdefghijklmnopqrstuvwxyz07._:-'.split('')];
const id = fc.string({ unit: fc.constantFrom(...idCharacters), minLength: 1, maxLength: 64 });
const capital = (length: number) =>
  fc.string({ unit: fc.constantFrom(...capitals), minLength: length, maxLength: length });
const finite = (min: number, max: number) => fc.double({ min, max, noNaN: true });
const time = fc
  .date({ min: new Date(0), max: new Date('9999-12-31T23:59:59.999Z'), noInvalidDate: true })
  .map((date) => date.toISOString());
const ip = fc.oneof(fc.ipV4(), fc.ipV6());

/** Any valid transaction, as a plain object in any order of fields. */
export const validTransaction: fc.Arbitrary<Record<string, unknown>> = fc
  .record(
    {
      transaction_id: id,
      account_id: id,
      occurred_at: fc.oneof(time, time.map(withoutMilliseconds)),
      amount_minor: fc.oneof(fc.integer({ min: 0, max: 1_000_000_000_000 }), fc.constant(-0)),
      currency: capital(3),
      event_type: fc.constantFrom('authorization', 'reversal', 'refund'),
      channel: fc.constantFrom(...CHANNELS),
      card_id: id,
      terminal_id: id,
      original_transaction_id: id,
      merchant: fc.record({ id, mcc: fc.stringMatching(/^[0-9]{4}$/), country: capital(2) }, { requiredKeys: [] }),
      counterparty_account_id: id,
      device: fc.record({ id, ip }, { requiredKeys: [] }),
      location: fc.record({ lat: finite(-90, 90), lon: finite(-180, 180) }),
      network_scores: fc.array(fc.record({ source: id, value: finite(0, 1e6), scale: finite(1, 1e6) }), {
        maxLength: 8,
      }),
    },
    { requiredKeys: ['transaction_id', 'account_id', 'occurred_at', 'amount_minor', 'currency'] },
  )
  .map((transaction): Record<string, unknown> => {
    const takesBack = ['reversal', 'refund'].includes(transaction.event_type ?? '');
    return takesBack ? { original_transaction_id: 'tx-0', ...transaction } : transaction;
  })
  .chain((transaction) =>
    fc
      .shuffledSubarray(Object.entries(transaction), { minLength: Object.keys(transaction).length })
      .map(Object.fromEntries),
  );

function withoutMilliseconds(text: string): string {
  return text.replace(/\.\d+Z$/, 'Z');
}
