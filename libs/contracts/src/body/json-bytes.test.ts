import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EXAMPLE, MINIMAL } from '../../test/transactions.ts';
import { MAX_JSON_DEPTH, MAX_TRANSACTION_BYTES } from '../limits.ts';
import { readJsonObject } from './json-bytes.ts';
import { rejectionOf } from './rejection-of.ts';
import { createTransactionParser } from '../transaction/transaction-parser.ts';

const text = (value: string): Uint8Array => Buffer.from(value);
const nested = (depth: number): string => `{"a":${'['.repeat(depth - 1)}${']'.repeat(depth - 1)}}`;
const anyObject = fc.dictionary(fc.string({ unit: 'binary', maxLength: 9 }), fc.jsonValue({ maxDepth: 2 }), {
  maxKeys: 4,
});
const codeOf = (bytes: Uint8Array | null): string => {
  const json = readJsonObject(bytes);
  return json.ok ? 'ok' : json.fault.code;
};

describe('readJsonObject', { timeout: 30_000 }, () => {
  it.each([
    ['nothing', null, 'empty'],
    ['no bytes', text(''), 'empty'],
    ['a cut text', text('{"a":1'), 'not_json'],
    ['two values', text('{}{}'), 'not_json'],
    ['a trailing comma', text('{"a":1,}'), 'not_json'],
    ['NaN', text('{"a":NaN}'), 'not_json'],
    ['a byte order mark', Buffer.from([0xef, 0xbb, 0xbf, 0x7b, 0x7d]), 'not_json'],
    ['UTF-16', Buffer.from('{}', 'utf16le'), 'not_json'],
    ['null', text('null'), 'not_an_object'],
    ['an array', text('[]'), 'not_an_object'],
    ['a number', text('1'), 'not_an_object'],
    ['a text', text('"a"'), 'not_an_object'],
    ['a lone continuation byte', Buffer.from([...text('{"a":"'), 0x80, ...text('"}')]), 'not_utf8'],
    ['an overlong slash', Buffer.from([...text('{"a":"'), 0xc0, 0xaf, ...text('"}')]), 'not_utf8'],
    ['a surrogate in UTF-8', Buffer.from([...text('{"a":"'), 0xed, 0xa0, 0x80, ...text('"}')]), 'not_utf8'],
    ['a bad byte behind a backslash', Buffer.from([...text('{"a":"\\'), 0xff, ...text('"}')]), 'not_utf8'],
  ])('refuses %s', (_what, bytes, code) => {
    expect(codeOf(bytes)).toBe(code);
  });

  it('takes 16 KiB and not a byte more', () => {
    const padded = (bytes: number): Uint8Array => text(`{"a":"${'x'.repeat(bytes - 8)}"}`);
    expect(padded(MAX_TRANSACTION_BYTES)).toHaveLength(MAX_TRANSACTION_BYTES);
    expect(codeOf(padded(MAX_TRANSACTION_BYTES))).toBe('ok');
    expect(readJsonObject(padded(MAX_TRANSACTION_BYTES + 1))).toMatchObject({ ok: false, reason: 'oversized' });
  });

  it('takes 8 levels and not one more, of arrays and objects alike', () => {
    expect(codeOf(text(nested(MAX_JSON_DEPTH)))).toBe('ok');
    expect(codeOf(text(nested(MAX_JSON_DEPTH + 1)))).toBe('too_deep');
    expect(codeOf(text(`${'{"a":'.repeat(9)}1${'}'.repeat(9)}`))).toBe('too_deep');
  });

  it('does not count brackets within strings, whatever is escaped there', () => {
    for (const inner of ['[[[[[[[[[[', '\\"[[[[[[[[[[', '\\\\', '\\\\\\"{{{{{{{{{{', '\\u005b[[[[[[[[[[']) {
      expect(codeOf(text(`{"a":"${inner}","b":[[1]]}`))).toBe('ok');
    }
    expect(codeOf(text(`{"a":"\\\\","b":${'['.repeat(8)}${']'.repeat(8)}}`))).toBe('too_deep');
  });

  it('keeps the last of a repeated key', () => {
    expect(readJsonObject(text('{"a":1,"a":2}'))).toEqual({ ok: true, value: { a: 2 } });
  });

  it('reads the same as JSON.parse, in ASCII or not, from any slice of memory', () => {
    fc.assert(
      fc.property(anyObject, (value) => {
        const bytes = text(`  ${JSON.stringify(value)}`).subarray(2);
        expect(readJsonObject(bytes)).toEqual({ ok: true, value: JSON.parse(JSON.stringify(value)) });
      }),
    );
  });
});

describe('whatever bytes come', { timeout: 30_000 }, () => {
  const parser = createTransactionParser({ unknownFields: 'ignore', refuseCardNumbers: true });

  it('the parser answers and never throws, and its answer can be logged', () => {
    const spoilt = fc
      .tuple(fc.constantFrom(EXAMPLE, MINIMAL), fc.array(fc.tuple(fc.nat(500), fc.nat(255)), { maxLength: 4 }))
      .map(([value, changes]) => {
        const bytes = text(JSON.stringify(value));
        for (const [at, byte] of changes) bytes[at % bytes.length] = byte;
        return bytes;
      });
    fc.assert(
      fc.property(fc.oneof(spoilt, fc.uint8Array({ maxLength: 100 })), (bytes) => {
        const parsed = parser.parse(bytes);
        const answer = parsed.ok ? parsed.transaction.canonicalJson : JSON.stringify(rejectionOf(parsed));
        expect(answer).toMatch(/^[\x20-\x7e]+$/);
      }),
      { numRuns: 2_000 },
    );
  });

  it('300 KB of nested brackets cost a refusal and no stack', () => {
    for (const bytes of [text('['.repeat(300_000)), text(`{"a":${'['.repeat(16_000)}`)]) {
      expect(parser.parse(bytes).ok).toBe(false);
    }
  });
});
