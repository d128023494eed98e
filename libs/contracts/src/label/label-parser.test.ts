import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LABEL_EXAMPLE, validLabel } from '../../test/labels.ts';
import { CARD_NUMBER } from '../../test/transactions.ts';
import { rejectionOf } from '../body/rejection-of.ts';
import { LabelDto } from '../dto/label-dto.ts';
import { createLabelParser, type ParsedLabel } from './label-parser.ts';

const http = createLabelParser({ unknownFields: 'refuse', refuseCardNumbers: true });
const kafka = createLabelParser({ unknownFields: 'ignore', refuseCardNumbers: true });
const permissive = createLabelParser({ unknownFields: 'ignore', refuseCardNumbers: false });

const parse = (value: unknown, parser = http): ParsedLabel => parser.parse(Buffer.from(JSON.stringify(value)));
const faults = (parsed: ParsedLabel): string[] =>
  parsed.ok ? [] : parsed.fields.map(({ field, code }) => `${field} ${code}`);

describe('a valid label', { timeout: 30_000 }, () => {
  it('becomes what the account is told', () => {
    expect(parse(LABEL_EXAMPLE)).toStrictEqual({
      ok: true,
      unknownFields: 0,
      label: {
        accountId: 'acct-4821',
        transactionId: 'tx-20260514-0001',
        eventType: 'authorization',
        label: 'fraud',
        source: 'chargeback',
        reportedAtMs: Date.parse('2026-06-02T11:00:00Z'),
        canonicalJson: JSON.stringify(LABEL_EXAMPLE),
      },
    });
  });

  it('has one text, whatever the order of its fields, the default and the spelling of its time', () => {
    const { event_type: _default, ...rest } = LABEL_EXAMPLE;
    const spelled = { ...Object.fromEntries(Object.entries(rest).toReversed()), reported_at: '2026-06-02T11:00:00Z' };
    expect(parse(spelled)).toEqual(parse(LABEL_EXAMPLE));
  });

  it('has a text that is ASCII, is JSON, and is the text of itself', () => {
    fc.assert(
      fc.property(validLabel, (value) => {
        const parsed = parse(value, permissive);
        const text = parsed.ok ? parsed.label.canonicalJson : '';
        expect(text).toMatch(/^[\x20-\x7e]+$/);
        expect(JSON.stringify(JSON.parse(text))).toBe(text);
        expect(parse(JSON.parse(text), permissive)).toStrictEqual(parsed);
      }),
    );
  });
});

describe('what an issuer did with a transaction', { timeout: 30_000 }, () => {
  it.each(['approved', 'declined', 'challenged'])('is a label: %s', (label) => {
    const wire = { ...LABEL_EXAMPLE, label, source: 'issuer' };
    expect(parse(wire)).toMatchObject({
      ok: true,
      label: { label, source: 'issuer', canonicalJson: JSON.stringify(wire) },
    });
  });
});

describe('what is no label', { timeout: 30_000 }, () => {
  it.each([
    [{ label: 'suspicious' }, 'label value'],
    [{ label: undefined }, 'label required'],
    [{ event_type: 'refund' }, 'event_type value'],
    [{ event_type: null }, 'event_type type'],
    [{ source: 'two words' }, 'source format'],
    [{ source: '' }, 'source format'],
    [{ reported_at: '2026-02-30T00:00:00Z' }, 'reported_at format'],
    [{ account_id: 'a}b' }, 'account_id format'],
    [{ transaction_id: 7 }, 'transaction_id type'],
    [{ source: `x-${CARD_NUMBER}` }, 'source card_number'],
    [{ account_id: CARD_NUMBER }, 'account_id card_number'],
    [{ note: 1 }, 'note unknown_field'],
  ])('%j is refused, by the field', (fields, fault) => {
    const parsed = parse({ ...LABEL_EXAMPLE, ...fields });
    expect(parsed.ok ? 'accepted' : parsed.reason).toBe('invalid_label');
    expect(faults(parsed)).toContain(fault);
    expect(JSON.stringify(parsed)).not.toContain(CARD_NUMBER);
  });

  it('is told all that is wrong with it, and its rejection names the first', () => {
    const parsed = parse({});
    expect(faults(parsed)).toHaveLength(5);
    expect(parsed.ok ? undefined : rejectionOf(parsed).detail).toMatch(/\(and 4 more\)$/);
  });

  it('is malformed or oversized where it cannot be read at all', () => {
    const reasonOf = (bytes: Uint8Array | null): string => {
      const parsed = http.parse(bytes);
      return parsed.ok ? 'accepted' : parsed.reason;
    };
    expect([null, Buffer.from(''), Buffer.from('[1]'), Buffer.from('{')].map(reasonOf)).toEqual(
      Array(4).fill('malformed'),
    );
    expect(reasonOf(Buffer.alloc(20_000, ' '))).toBe('oversized');
    expect(http.parseObject([])).toMatchObject({ ok: false, reason: 'malformed' });
  });

  it('is not a label with fields of a newer producer: those are ignored and counted by Kafka', () => {
    const parsed = parse({ ...LABEL_EXAMPLE, later: 1, even_later: {} }, kafka);
    expect(parsed).toMatchObject({ ok: true, unknownFields: 2 });
    expect(parsed.ok && parsed.label).toEqual(
      parse(LABEL_EXAMPLE).ok && (parse(LABEL_EXAMPLE) as { label: unknown }).label,
    );
  });

  it('is the same by the compiled validator and by the decorators', () => {
    const nasty = fc.oneof(
      fc.constantFrom<unknown>(null, '', 'x'.repeat(65), 'a\n', 'authorization', 'reversal', 'FRAUD', [], {}, 1, true),
      fc.constantFrom<unknown>(CARD_NUMBER, '2026-05-14', '2026-05-14T24:00:00Z', '2024-02-29T00:00:00Z', 'genuine'),
      fc.string({ unit: 'binary', maxLength: 70 }),
    );
    const field = fc.constantFrom(...Object.keys(LABEL_EXAMPLE), 'unknown');
    let accepted = 0;
    fc.assert(
      fc.property(validLabel, fc.array(fc.tuple(field, nasty), { maxLength: 2 }), (label, changes) => {
        const value = { ...label, ...Object.fromEntries(changes) };
        const errors = validateSync(plainToInstance(LabelDto, value), { whitelist: true, forbidNonWhitelisted: true });
        const parsed = http.parseObject(value);
        if (parsed.ok) accepted++;
        expect(parsed.ok).toBe(errors.length === 0);
      }),
      { numRuns: 1_000 },
    );
    expect(accepted).toBeGreaterThan(100);
    expect(accepted).toBeLessThan(900);
  });
});
