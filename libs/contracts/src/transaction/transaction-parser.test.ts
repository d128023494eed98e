import { describe, expect, it } from 'vitest';
import { CARD_NUMBER, EXAMPLE, MINIMAL } from '../../test/transactions.ts';
import { MAX_LISTED_FAULTS } from '../limits.ts';
import { rejectionOf } from '../body/rejection-of.ts';
import { createTransactionParser, type ParsedTransaction } from './transaction-parser.ts';

const http = createTransactionParser({ unknownFields: 'refuse', refuseCardNumbers: true });
const kafka = createTransactionParser({ unknownFields: 'ignore', refuseCardNumbers: true });
const permissive = createTransactionParser({ unknownFields: 'refuse', refuseCardNumbers: false });

const parse = (value: unknown, parser = http): ParsedTransaction => parser.parse(Buffer.from(JSON.stringify(value)));
const parseText = (text: string, parser = http): ParsedTransaction => parser.parse(Buffer.from(text));
const faults = (parsed: ParsedTransaction): string[] =>
  parsed.ok ? [] : parsed.fields.map(({ field, code }) => `${field} ${code}`);
/** The minimal transaction's text with one more member in front. */
const withMember = (member: string): string => JSON.stringify(MINIMAL).replace('{', `{${member},`);

describe('a valid transaction', () => {
  it('becomes the facts that scoring reads', () => {
    expect(parse(EXAMPLE)).toStrictEqual({
      ok: true,
      unknownFields: 0,
      transaction: {
        accountId: 'acct-4821',
        transactionId: 'tx-20260514-0001',
        eventType: 'authorization',
        eventTimeMs: Date.parse('2026-05-14T09:31:07.412Z'),
        amountMinor: 12999,
        currency: 'EUR',
        originalTransactionId: undefined,
        counterpartyId: 'acct-9',
        merchantCategory: 5732,
        country: 'DE',
        place: { lat: 52.52, lon: 13.4 },
        entities: { card: 'c-77', terminal: 't-9', device: 'd-5', ip: '203.0.113', beneficiary: 'acct-9' },
        canonicalJson: JSON.stringify(EXAMPLE),
      },
    });
  });

  it.each([
    ['the counterparty account', { counterparty_account_id: 'a', merchant: { id: 'm' }, terminal_id: 't' }, 'a'],
    ['else the merchant', { merchant: { id: 'm' }, terminal_id: 't' }, 'm'],
    ['else the terminal', { merchant: { mcc: '5732' }, terminal_id: 't' }, 't'],
    ['else nobody', {}, undefined],
  ])('has as its other side %s', (_who, fields, expected) => {
    const parsed = parse({ ...MINIMAL, ...fields });
    expect(parsed.ok && parsed.transaction.counterpartyId).toBe(expected);
  });

  it('may be an account check of amount 0, also when it is written -0', () => {
    const parsed = parseText(JSON.stringify(MINIMAL).replace('"amount_minor":0', '"amount_minor":-0'));
    expect(parsed).toStrictEqual(parse(MINIMAL));
    expect(parsed.ok && Object.is(parsed.transaction.amountMinor, 0)).toBe(true);
  });
});

describe('amounts', () => {
  it.each([
    '1e400',
    '-1e400',
    '9007199254740993',
    '1000000000001',
    '-1',
    '0.5',
    '5e-324',
    '"12"',
    'null',
    'true',
    '[1]',
  ])('refuses %s', (amount) => {
    const parsed = parseText(JSON.stringify(MINIMAL).replace('"amount_minor":0', `"amount_minor":${amount}`));
    expect(parsed.ok ? 'accepted' : parsed.reason).toBe('invalid_transaction');
    expect(faults(parsed)[0]).toMatch(/^amount_minor (?:type|range)$/);
  });

  it('takes every spelling of an integer up to 10^12', () => {
    for (const amount of ['1000000000000', '1e12', '1000000000000.0']) {
      const parsed = parseText(JSON.stringify(MINIMAL).replace('"amount_minor":0', `"amount_minor":${amount}`));
      expect(parsed.ok && parsed.transaction.amountMinor).toBe(1e12);
    }
  });
});

describe('ids', () => {
  it.each(['a\ud800', 'a\udfff', 'é', 'e\u0301', 'a}b', '{a}', 'a b', 'a/b', 'a\n', '', 'x'.repeat(65), 1, null])(
    'refuses %j wherever an id stands',
    (id) => {
      for (const field of ['transaction_id', 'account_id', 'card_id', 'terminal_id', 'counterparty_account_id']) {
        expect(faults(parse({ ...MINIMAL, [field]: id }))[0]).toMatch(new RegExp(`^${field} (?:type|format)$`));
      }
    },
  );

  it('refuses card numbers in them, unless configured otherwise, and does not repeat the number', () => {
    const fields = { card_id: CARD_NUMBER, merchant: { id: `m-${CARD_NUMBER}` }, device: { id: CARD_NUMBER } };
    const parsed = parse({ ...MINIMAL, ...fields });
    expect(faults(parsed)).toEqual(['card_id card_number', 'merchant.id card_number', 'device.id card_number']);
    expect(JSON.stringify(parsed)).not.toContain(CARD_NUMBER);
    expect(parse({ ...MINIMAL, ...fields }, permissive).ok).toBe(true);
  });
});

describe('event types', () => {
  it.each(['reversal', 'refund'])(
    '%s is taken with the transaction that it is about, through both doors',
    (eventType) => {
      const transaction = { ...MINIMAL, event_type: eventType, original_transaction_id: 'tx-0' };
      for (const parser of [http, kafka]) {
        const parsed = parse(transaction, parser);
        expect(parsed.ok && parsed.transaction).toMatchObject({ eventType, originalTransactionId: 'tx-0' });
      }
    },
  );

  it.each(['reversal', 'refund'])('%s is refused without it', (eventType) => {
    for (const parser of [http, kafka]) {
      const parsed = parse({ ...MINIMAL, event_type: eventType }, parser);
      expect(parsed.ok ? 'accepted' : parsed.reason).toBe('invalid_transaction');
      expect(faults(parsed)).toEqual(['original_transaction_id required']);
    }
  });

  it('an authorization may name another transaction, which says nothing', () => {
    const parsed = parse({ ...MINIMAL, original_transaction_id: 'tx-0' });
    expect(parsed.ok && parsed.transaction).toMatchObject({
      eventType: 'authorization',
      originalTransactionId: 'tx-0',
    });
  });

  it('another one is invalid', () => {
    expect(faults(parse({ ...MINIMAL, event_type: 'chargeback' }))).toEqual(['event_type value']);
  });
});

describe('unknown fields', () => {
  const body = {
    ...MINIMAL,
    note: 1,
    merchant: { id: 'm', name: 'x' },
    location: { lat: 1, lon: 2, alt: 3 },
    network_scores: [{ source: 's', value: 1, scale: 9, at: 4 }],
  };

  it('are refused by HTTP, each by its path', () => {
    expect(faults(parse(body)).toSorted()).toEqual([
      'location.alt unknown_field',
      'merchant.name unknown_field',
      'network_scores.0.at unknown_field',
      'note unknown_field',
    ]);
  });

  it('are ignored and counted by Kafka, and are no part of the content', () => {
    const { note: _note, ...known } = body;
    const parsed = parse(body, kafka);
    expect(parsed.ok && parsed.unknownFields).toBe(4);
    expect(parsed.ok && parsed.transaction.canonicalJson).not.toMatch(/note|name|alt|at":4/);
    expect(parse(known, kafka)).toMatchObject({ ok: true, unknownFields: 3 });
  });

  it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])(
    'named %s are unknown fields and nothing else',
    (name) => {
      const text = withMember(`"${name}":{"amount_minor":5,"polluted":true}`);
      expect(faults(parseText(text))).toEqual([`${name} unknown_field`]);
      const parsed = parseText(text, kafka);
      expect(parsed.ok && [parsed.unknownFields, parsed.transaction.amountMinor]).toEqual([1, 0]);
      expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
    },
  );

  it('do not bring their name into a log when it is a card number or not printable', () => {
    const parsed = parse({ ...MINIMAL, [CARD_NUMBER]: 1, 'a\nb': 1 });
    expect(faults(parsed)).toEqual(['(name withheld) unknown_field']);
  });

  it('give a bounded list, and in a very large body only the first', () => {
    const many = (length: number) => Object.fromEntries(Array.from({ length }, (_, index) => [`f${index}`, 0]));
    expect(faults(parse({ ...MINIMAL, ...many(60) }))).toHaveLength(MAX_LISTED_FAULTS);
    expect(faults(parse({ ...MINIMAL, ...many(1_000) }))).toEqual(['f0 unknown_field']);
    expect(faults(parse({ ...MINIMAL, network_scores: Array(4_000).fill(0) }))).toEqual(['network_scores too_many']);
  });
});

describe('fields of the wrong shape', () => {
  it.each([
    [{ merchant: [] }, 'merchant type'],
    [{ merchant: null }, 'merchant type'],
    [{ location: { lat: 1 } }, 'location.lon required'],
    [{ location: { lat: 90.1, lon: 0 } }, 'location.lat range'],
    [{ location: { lat: 0, lon: -180.5 } }, 'location.lon range'],
    [{ network_scores: {} }, 'network_scores type'],
    [{ network_scores: [[]] }, 'network_scores.0 type'],
    [{ network_scores: Array(9).fill({ source: 's', value: 1, scale: 9 }) }, 'network_scores too_many'],
    [{ merchant: { mcc: '573' } }, 'merchant.mcc format'],
    [{ merchant: { country: 'DEU' } }, 'merchant.country format'],
    [{ device: { ip: '1.2.3' } }, 'device.ip format'],
    [{ channel: 'pigeon' }, 'channel value'],
    [{ occurred_at: '2026-02-30T00:00:00Z' }, 'occurred_at format'],
    [{ currency: 'eur' }, 'currency format'],
  ])('%j is refused', (fields, fault) => {
    expect(faults(parse({ ...MINIMAL, ...fields }))).toContain(fault);
  });

  it('are all listed, and the rejection of a record names the first', () => {
    const parsed = parse({ currency: 'x', amount_minor: 'y' });
    expect(faults(parsed).toSorted()).toEqual([
      'account_id required',
      'amount_minor type',
      'currency format',
      'occurred_at required',
      'transaction_id required',
    ]);
    const rejection = parsed.ok ? undefined : rejectionOf(parsed);
    expect(rejection).toMatchObject({ reason: 'invalid_transaction', field: 'transaction_id' });
    expect(rejection?.detail).toMatch(/\(and 4 more\)$/);
  });
});

describe('a value that was parsed elsewhere', () => {
  it.each([null, undefined, [], 'text', 7, true])('is malformed when it is %j', (value) => {
    expect(http.parseObject(value)).toMatchObject({ ok: false, reason: 'malformed' });
  });
});
