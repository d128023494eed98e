import { readFileSync } from 'node:fs';
import { InvalidMessage, type EncodedEvent, type LogEvent, TransientFault } from '#libs/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyEvent } from '../../test/events.ts';
import { DECLINED_LATER, HELD, HELD_IN_FULL, LABELLED, OBSERVED, REJECTED } from '../../test/example-events.ts';
import { decisionId } from '../decision-id.ts';
import { MAX_ORIGINAL_BYTES, MAX_OUTPUT_RECORD_BYTES } from '../limits.ts';
import { createEventCodec } from './event-codec.ts';

const codec = createEventCodec();

const textOf = ({ value }: EncodedEvent): string => Buffer.from(value).toString();
const jsonOf = (encoded: EncodedEvent): Record<string, unknown> =>
  JSON.parse(textOf(encoded)) as Record<string, unknown>;
const fixture = (name: string): string => readFileSync(new URL(`../../test/fixtures/${name}`, import.meta.url), 'utf8');
/** `encoded` with some members of its value replaced. */
const altered = (encoded: EncodedEvent, members: object): EncodedEvent => ({
  ...encoded,
  value: Buffer.from(JSON.stringify({ ...jsonOf(encoded), ...members })),
});
const faultOf = (run: () => unknown): unknown => {
  try {
    return run();
  } catch (error) {
    return error;
  }
};

describe('the event codec', { timeout: 30_000 }, () => {
  it('decodes what it encoded to the same event, bit for bit', () => {
    fc.assert(
      fc.property(anyEvent, (event) => {
        const encoded = codec.encode(event);
        const decoded = codec.decode(encoded);
        expect(decoded).toStrictEqual(event);
        expect(textOf(codec.encode(decoded))).toBe(textOf(encoded));
      }),
      { numRuns: 200 },
    );
  });

  it('keeps the bits of a vector, NaN and -0 among them, and gives it memory of its own', () => {
    const decoded = codec.decode(codec.encode(HELD));
    const vector = decoded.type === 'decision.made' ? decoded.decision.vector : new Float32Array();
    expect([...new Uint32Array(vector.buffer)]).toEqual([...new Uint32Array(HELD.decision.vector.slice().buffer)]);
    expect(vector.buffer.byteLength).toBe(HELD.decision.vector.byteLength);
  });

  it('writes JSON with the canonical transaction in it, verbatim', () => {
    const encoded = codec.encode(HELD);
    expect(textOf(encoded)).toContain(`"transaction":${HELD.decision.transaction.canonicalJson},`);
    expect(textOf(encoded)).toBe(JSON.stringify(jsonOf(encoded)));
  });

  it.each([
    ['model', { model: { id: 'other', version: '1.0.0', sha256: 'c'.repeat(64) } }],
    ['lack of a model', { model: null }],
    ['feature set', { featureSet: 'd'.repeat(64) }],
    ['policy', { policyVersion: 'default-2' }],
  ])('says which %s decided, right after a decision that differs in it alone', (_what, change) => {
    const changed = { ...HELD, decision: { ...HELD.decision, ...change } };
    for (const event of [HELD, changed, HELD]) expect(codec.decode(codec.encode(event))).toStrictEqual(event);
  });

  it('leaves out the input of what came by HTTP', () => {
    expect(jsonOf(codec.encode({ ...HELD, input: null }))).not.toHaveProperty('input');
  });

  it('gives an event the same CloudEvents headers each time', () => {
    const id = decisionId(HELD.decision.transaction);
    const later = { ...HELD, input: null, decision: { ...HELD.decision, late: true } };
    for (const event of [HELD, later]) {
      expect(codec.encode(event).headers).toEqual({
        ce_specversion: '1.0',
        ce_id: id,
        ce_type: 'decision.made',
        ce_source: '/holdfast',
        ce_time: '2026-05-14T09:31:07.498Z',
        'content-type': 'application/json',
      });
    }
    const other = { ...REJECTED, original: { ...REJECTED.original, offset: 1 } };
    expect(codec.encode(REJECTED).headers['ce_id']).toBe(codec.encode({ ...REJECTED, detail: 'x' }).headers['ce_id']);
    expect(codec.encode(REJECTED).headers['ce_id']).not.toBe(codec.encode(other).headers['ce_id']);
  });

  it('has an id of its own for each label and for a transaction that is only recorded', () => {
    const idOf = (event: LogEvent): string | undefined => codec.encode(event).headers['ce_id'];
    // python3 -c 'import uuid; print(uuid.uuid5(uuid.UUID("1c9ad927-…"), "acct-4821/tx-20260514-0001/authorization/fraud/chargeback/2026-06-02T11:00:00.000Z"))'
    expect(idOf(LABELLED)).toBe('7c5ceb77-e7a8-5184-94d5-1ae2b01b4ceb');
    expect(idOf({ ...LABELLED, effect: null, recordedAtMs: 0, input: null })).toBe(idOf(LABELLED));
    const others = [{ label: 'genuine' }, { source: 'analyst' }, { reportedAtMs: 0 }] as const;
    const ids = others.map((change) => idOf({ ...LABELLED, label: { ...LABELLED.label, ...change } }));
    expect(new Set([idOf(LABELLED), ...ids]).size).toBe(4);
    expect(idOf(OBSERVED)).toBe(decisionId(OBSERVED.transaction));
  });

  it('says whether what a label, a reversal or a refund is about is known, and nothing of that of what is observed', () => {
    const matched = (event: LogEvent): unknown => jsonOf(codec.encode(event))['matched'];
    expect([LABELLED, { ...LABELLED, effect: null }].map(matched)).toEqual([true, false]);
    expect(matched({ ...OBSERVED, cause: 'refund', effect: LABELLED.effect })).toBe(true);
    expect(matched(OBSERVED)).toBeUndefined();
  });

  it('keys a decision by its account, and a rejection by its original key or none', () => {
    expect(Buffer.from(codec.encode(HELD).key ?? []).toString()).toBe('acct-4821');
    expect(codec.encode(REJECTED).key).toEqual(REJECTED.original.key);
    expect(codec.encode({ ...REJECTED, original: { ...REJECTED.original, key: null } }).key).toBeNull();
  });

  it('refuses to write a number that JSON has not: nobody could read the log any more', () => {
    for (const number of [Number.NaN, Number.POSITIVE_INFINITY]) {
      const { decision } = HELD;
      const reasons = [{ code: 'A', text: 'a', contribution: number, source: 'model' as const }];
      for (const wrong of [{ probability: number }, { riskScore: number }, { reasons }]) {
        expect(() => codec.encode({ ...HELD, decision: { ...decision, ...wrong } })).toThrow(/finite/);
      }
    }
  });
});

describe('evolution', () => {
  it.each([
    ['decision-made.v1.json', HELD],
    ['decision-made-in-full.v1.json', HELD_IN_FULL],
    ['transaction-rejected.v1.json', REJECTED],
    ['label-recorded.v1.json', LABELLED],
    ['outcome-recorded.v1.json', DECLINED_LATER],
    ['transaction-recorded.v1.json', OBSERVED],
  ])('%s, once written, is read for ever', (name, event) => {
    const { headers } = codec.encode(event);
    expect(codec.decode({ key: null, value: Buffer.from(fixture(name)), headers })).toStrictEqual(event);
  });

  it.each([
    ['decision-made.v1.json', HELD],
    ['decision-made-in-full.v1.json', HELD_IN_FULL],
    ['transaction-rejected.v1.json', REJECTED],
    ['label-recorded.v1.json', LABELLED],
    ['outcome-recorded.v1.json', DECLINED_LATER],
    ['transaction-recorded.v1.json', OBSERVED],
  ])('%s is what this release writes', (name, event) => {
    expect(textOf(codec.encode(event))).toBe(JSON.stringify(JSON.parse(fixture(name))));
  });

  it('fields that a newer release added are ignored, at every level', () => {
    const { model, reasons, reducer } = jsonOf(codec.encode(HELD)) as {
      model: object;
      reasons: object[];
      reducer: object;
    };
    const newer = {
      later: 1,
      model: { ...model, later: 1 },
      reasons: [{ ...reasons[0], later: 1 }],
      reducer: { ...reducer, later: 1 },
    };
    expect(codec.decode(altered(codec.encode(HELD), newer))).toStrictEqual(HELD);
    const { original } = jsonOf(codec.encode(REJECTED)) as { original: object };
    const rejected = altered(codec.encode(REJECTED), { later: 1, original: { ...original, later: 1 } });
    expect(codec.decode(rejected)).toStrictEqual(REJECTED);
  });

  it('fields that a newer release added to the transaction stay part of its content, so that its hash is the same for all', () => {
    const { transaction } = jsonOf(codec.encode(HELD)) as { transaction: object };
    const decoded = codec.decode(altered(codec.encode(HELD), { transaction: { ...transaction, later: { a: [1] } } }));
    expect(decoded.type === 'decision.made' && decoded.decision.transaction.canonicalJson).toBe(
      JSON.stringify({ ...transaction, later: { a: [1] } }),
    );
  });

  it.each([
    ['a higher schema', altered(codec.encode(HELD), { schema: 2, decision: 7 })],
    ['a higher schema of a rejection', altered(codec.encode(REJECTED), { schema: 2 })],
    ['an event type that is not decided yet', altered(codec.encode(HELD), { event_type: 'reversal' })],
    ['an unknown type', { ...codec.encode(HELD), headers: { ce_type: 'hold.resolved' } }],
  ])('%s is a fault that passes: a newer release wrote it', (_what, record) => {
    expect(faultOf(() => codec.decode(record))).toBeInstanceOf(TransientFault);
  });

  it.each([
    ['no value', { ...codec.encode(HELD), value: null }],
    ['no type', { ...codec.encode(HELD), headers: {} }],
    ['no JSON', { ...codec.encode(HELD), value: Buffer.from('{') }],
    ['no UTF-8', { ...codec.encode(HELD), value: Buffer.of(0x22, 0xff, 0x22) }],
    ['null', { ...codec.encode(HELD), value: Buffer.from('null') }],
    ['no schema', altered(codec.encode(HELD), { schema: undefined })],
    ['the value of another type', { ...codec.encode(HELD), headers: codec.encode(REJECTED).headers }],
    ['a cut vector', altered(codec.encode(HELD), { vector: 'AAAA' })],
    ['a vector that is no base64', altered(codec.encode(HELD), { vector: '****' })],
    [
      'an original that is no base64',
      altered(codec.encode(REJECTED), { original: { ...REJECTED.original, key: null, value: 'A' } }),
    ],
    ['no transaction', altered(codec.encode(HELD), { transaction: {} })],
    ['an impossible time', altered(codec.encode(HELD), { decided_at: '2026-02-30T00:00:00Z' })],
    ['an unknown entity key', altered(codec.encode(LABELLED), { effect: { entities: { card: 'x' } } })],
    ['a mark of one number', altered(codec.encode(HELD), { entities: { card: [1] } })],
    ['an input without offset', altered(codec.encode(HELD), { input: 'transactions.v1' })],
  ])('%s is no event', (_what, record) => {
    expect(faultOf(() => codec.decode(record))).toBeInstanceOf(InvalidMessage);
  });
});

describe('originals that are too large for the log', () => {
  const rejection = (keyBytes: number, valueBytes: number) => ({
    ...REJECTED,
    original: {
      ...REJECTED.original,
      key: new Uint8Array(keyBytes).fill(1),
      value: new Uint8Array(valueBytes).fill(2),
    },
  });

  it('are kept up to 512 KiB, and the event fits into the topic', () => {
    const event = rejection(9, MAX_ORIGINAL_BYTES - 9);
    const encoded = codec.encode(event);
    expect(codec.decode(encoded)).toStrictEqual(event);
    expect((encoded.key?.length ?? 0) + encoded.value.length).toBeLessThan(MAX_OUTPUT_RECORD_BYTES / 2);
  });

  it('are replaced by their hash and origin above', () => {
    const decoded = codec.decode(codec.encode(rejection(9, MAX_ORIGINAL_BYTES)));
    const { original } = decoded as typeof REJECTED;
    expect(original).toMatchObject({ topic: 'transactions.v1', partition: 3, offset: 4711 });
    expect(original.key).toHaveLength(9);
    expect(JSON.parse(Buffer.from(original.value ?? []).toString())).toEqual({
      replaced: {
        value_bytes: MAX_ORIGINAL_BYTES,
        value_sha256: '228c5bf3f9b0ddb7b231178d7e067aff966a191b1fcd3ed0e2e371eca33fcdfc',
      },
      origin: { topic: 'transactions.v1', partition: 3, offset: 4711 },
    });
    expect(codec.decode(codec.encode(decoded))).toStrictEqual(decoded);
  });

  it('lose their key too when that alone is too large', () => {
    const encoded = codec.encode(rejection(MAX_ORIGINAL_BYTES, 1));
    expect(encoded.key).toBeNull();
    expect(encoded.value.length).toBeLessThan(2_000);
    expect(
      textOf({ ...encoded, value: Buffer.from((codec.decode(encoded) as typeof REJECTED).original.value ?? []) }),
    ).toContain('key_sha256');
  });
});
