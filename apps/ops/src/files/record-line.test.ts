import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { accountIdOf, fromLine, toLine, type FileRecord, valueIn } from './record-line.ts';

const anyValue = fc.option(
  fc.oneof(
    fc.uint8Array({ maxLength: 40 }),
    fc.string({ unit: 'binary' }).map((text) => new TextEncoder().encode(text)),
    fc.json().map((text) => new TextEncoder().encode(text)),
    fc
      .constantFrom(
        '{"account_id":"a-1"}',
        '{"account_id": "a-1"}',
        '{"x":1,\n"account_id":"a-1"}',
        '{"raw_record":{}}',
      )
      .map((text) => new TextEncoder().encode(text)),
  ),
);
const anyRecord: fc.Arbitrary<FileRecord> = fc.record({ key: fc.option(fc.constantFrom('a-1', 'b')), value: anyValue });
const bytes = ({ key, value }: FileRecord) => ({
  key,
  value: value === null ? null : Buffer.from(value).toString('hex'),
});

describe('a record in a file', () => {
  it('is one line, and comes back as it was, whatever it is', () => {
    fc.assert(
      fc.property(anyRecord, (record) => {
        const line = toLine(record);
        expect(line).not.toMatch(/[\r\n]/);
        expect(bytes(fromLine(line))).toEqual(bytes(record));
        expect(bytes({ ...record, value: valueIn(line) })).toEqual(bytes(record));
      }),
    );
  });

  it('that is an ordinary transaction is its own JSON', () => {
    const value = Buffer.from('{"transaction_id":"t","account_id":"a-1"}');
    expect(toLine({ key: 'a-1', value })).toBe(value.toString());
  });

  it('has the account that its JSON names, wherever and however it is written', () => {
    expect(accountIdOf('{"counterparty_account_id":"x","account_id":"a-1"}')).toBe('a-1');
    expect(accountIdOf('{ "account_id" : "a-1" }')).toBe('a-1');
    expect(accountIdOf(String.raw`{"note":"\"account_id\":\"x\""}`)).toBeNull();
    expect(accountIdOf('{"account_id":"a}"}')).toBeNull();
    expect(accountIdOf('noise')).toBeNull();
    expect(accountIdOf('null')).toBeNull();
  });

  it('that looks wrapped and is not is taken as it is', () => {
    for (const line of ['{"raw_record":1}', '{"raw_record":{"key":1}}', '{"raw_record":']) {
      expect(bytes(fromLine(line))).toEqual(bytes({ key: null, value: Buffer.from(line) }));
    }
  });
});
