import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LogEvent } from '#libs/core';
import { anyEvent } from '../test/events.ts';
import { DECLINED_LATER, HELD_IN_FULL, LABELLED, OBSERVED, REJECTED } from '../test/example-events.ts';
import { LABEL_EXAMPLE, validLabel } from '../test/labels.ts';
import { nearlyValid } from '../test/mutations.ts';
import { EXAMPLE, MINIMAL, validTransaction } from '../test/transactions.ts';
import { createEventCodec } from './codec/event-codec.ts';
import { deadLetter } from './dead-letter.ts';
import { TransactionDto } from './dto/transaction-dto.ts';
import { isIpAddress } from './ip-address.ts';
import { compileValidator } from './schema.ts';
import { SCHEMA_FILES, schemaFile, type SchemaFile } from './schema-files.ts';
import { parseWireTime } from './wire-time.ts';

const fileOf = (name: SchemaFile): string => `${import.meta.dirname}/../schemas/${name}.json`;

/** A file's content in a validator that knows nothing of ours. */
function foreignValidator(name: SchemaFile): (value: unknown) => boolean {
  const ajv = new Ajv2020({ strict: true, strictTypes: false });
  addFormats.default(ajv);
  return ajv.compile(schemaFile(name));
}

describe('schema files', () => {
  it.each(SCHEMA_FILES)('%s is the committed file; npm run schemas writes it', async (name) => {
    await expect(`${JSON.stringify(schemaFile(name), null, 2)}\n`).toMatchFileSnapshot(fileOf(name));
  });

  it('take the transactions of the contract', () => {
    const accepts = foreignValidator('transaction.v1');
    expect([EXAMPLE, MINIMAL].map(accepts)).toEqual([true, true]);
    fc.assert(fc.property(validTransaction, (value) => accepts(value)));
  });

  it('take the labels of the contract', () => {
    const accepts = foreignValidator('label.v1');
    expect([LABEL_EXAMPLE, { ...LABEL_EXAMPLE, label: 'suspicious' }].map(accepts)).toEqual([true, false]);
    fc.assert(fc.property(validLabel, (value) => accepts(value)));
  });

  it('take and refuse the same transactions as the service, card numbers aside', () => {
    const foreign = foreignValidator('transaction.v1');
    const own = compileValidator(TransactionDto, {
      unknownFields: 'ignore',
      refuseCardNumbers: false,
      allErrors: false,
    });
    fc.assert(
      fc.property(nearlyValid, (value) => {
        expect(foreign(value)).toBe(own(value));
      }),
      { numRuns: 1_000 },
    );
  });

  it.each(
    [
      '2026-05-14T09:31:07.4125Z|2026-05-14T09:31:07|2026-05-14T09:31:07+00:00|2026-05-14t09:31:07z|2026-02-30T00:00:00Z',
      '2024-02-29T00:00:00Z|2025-02-29T00:00:00Z|2026-13-01T00:00:00Z|2026-12-31T23:59:60Z|2026-05-14T24:00:00Z',
      '1969-12-31T23:59:59Z|1970-01-01T00:00:00Z|2026-05-14T09:31:07.1Z|2026-05-14T09:31:07.Z|9999-12-31T23:59:59.999Z',
    ].flatMap((times) => times.split('|')),
  )('agree with the service on the time %s', (time) => {
    const value = { ...MINIMAL, occurred_at: time };
    expect(foreignValidator('transaction.v1')(value)).toBe(!Number.isNaN(parseWireTime(time)));
  });

  it.each([
    '203.0.113.7',
    '203.0.113.07',
    '256.1.1.1',
    '1.2.3',
    '::',
    '::1',
    'fe80::1%eth0',
    '::ffff:1.2.3.4',
    '1::2::3',
  ])('agree with the service on the address %s', (ip) => {
    expect(foreignValidator('transaction.v1')({ ...MINIMAL, device: { ip } })).toBe(isIpAddress(ip));
  });

  it('take every event and every dead letter that the service writes', () => {
    const accepts = {
      'decision.made': foreignValidator('decision-made.v1'),
      'transaction.rejected': foreignValidator('transaction-rejected.v1'),
      'label.recorded': foreignValidator('label-recorded.v1'),
      'outcome.recorded': foreignValidator('label-recorded.v1'),
      'transaction.recorded': foreignValidator('transaction-recorded.v1'),
    };
    const headersAccepted = foreignValidator('dead-letter-headers.v1');
    const codec = createEventCodec();
    const isTaken = (event: LogEvent): boolean => {
      const written = JSON.parse(Buffer.from(codec.encode(event).value).toString('utf8')) as unknown;
      return (
        accepts[event.type](written) &&
        (event.type !== 'transaction.rejected' || headersAccepted(deadLetter(event).headers))
      );
    };
    const events = [HELD_IN_FULL, REJECTED, LABELLED, DECLINED_LATER, OBSERVED];
    expect(events.filter((event) => !isTaken(event))).toEqual([]);
    fc.assert(fc.property(anyEvent, isTaken));
  });
});
