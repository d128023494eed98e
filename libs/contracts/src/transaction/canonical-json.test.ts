import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EXAMPLE, MINIMAL, validTransaction } from '../../test/transactions.ts';
import { createTransactionParser } from './transaction-parser.ts';

const parser = createTransactionParser({ unknownFields: 'ignore', refuseCardNumbers: false });

function canonical(value: unknown): string {
  const parsed = parser.parse(Buffer.from(JSON.stringify(value)));
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.fields));
  return parsed.transaction.canonicalJson;
}

describe('canonical JSON', { timeout: 30_000 }, () => {
  it('names the default event type and the milliseconds', () => {
    expect(canonical(MINIMAL)).toBe(
      '{"transaction_id":"tx-1","account_id":"acct-1","occurred_at":"2026-05-14T09:31:07.000Z","amount_minor":0,"currency":"EUR","event_type":"authorization"}',
    );
  });

  it('of the example is the example, in its own order', () => {
    expect(canonical(EXAMPLE)).toBe(JSON.stringify(EXAMPLE));
  });

  it('is ASCII, is JSON, and is the canonical JSON of itself', () => {
    fc.assert(
      fc.property(validTransaction, (transaction) => {
        const text = canonical(transaction);
        expect(text).toMatch(/^[\x20-\x7e]+$/);
        expect(JSON.stringify(JSON.parse(text))).toBe(text);
        expect(canonical(JSON.parse(text))).toBe(text);
      }),
    );
  });

  it('does not depend on the order of fields, blanks, unknown fields or the spelling of numbers', () => {
    fc.assert(
      fc.property(validTransaction, (transaction) => {
        const other = Object.fromEntries(Object.entries(transaction).toReversed());
        const text = JSON.stringify({ ...other, later: [1] }, null, 2).replace(
          /"amount_minor": (\d+)/,
          '"amount_minor": $1.0',
        );
        const parsed = parser.parse(Buffer.from(text));
        expect(parsed.ok && parsed.transaction.canonicalJson).toBe(canonical(transaction));
      }),
    );
  });

  it.each([
    ['an empty merchant', { merchant: {} }],
    ['an empty device', { device: {} }],
    ['no network scores', { network_scores: [] }],
    ['the default event type', { event_type: 'authorization' }],
    ['the same instant', { occurred_at: '2026-05-14T09:31:07.0Z' }],
  ])('%s says nothing more than its absence', (_what, fields) => {
    expect(canonical({ ...MINIMAL, ...fields })).toBe(canonical(MINIMAL));
  });

  it('prints -0 as 0', () => {
    const scores = [{ source: 's', value: '@', scale: 1 }];
    const text = JSON.stringify({ ...MINIMAL, location: { lat: '@', lon: '@' }, network_scores: scores });
    const parsed = parser.parse(Buffer.from(text.replaceAll('"@"', '-0')));
    expect(parsed.ok && parsed.transaction.canonicalJson).toContain(
      '"location":{"lat":0,"lon":0},"network_scores":[{"source":"s","value":0,"scale":1}]',
    );
  });

  it.each(Object.keys(EXAMPLE).filter((field) => field !== 'event_type'))('differs when %s does', (field) => {
    const changed: Record<string, unknown> = {
      occurred_at: '2026-05-14T09:31:07.413Z',
      amount_minor: 13000,
      currency: 'USD',
      channel: 'atm',
      merchant: { ...EXAMPLE.merchant, country: 'FR' },
      device: { id: 'd-5', ip: '203.0.113.8' },
      location: { lat: 52.52, lon: 13.41 },
      network_scores: [{ source: 'scheme', value: 43, scale: 99 }],
    };
    const value = changed[field] ?? 'other';
    expect(canonical({ ...EXAMPLE, [field]: value })).not.toBe(canonical(EXAMPLE));
  });
});
