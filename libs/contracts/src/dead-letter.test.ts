import { describe, expect, it } from 'vitest';
import { REJECTED } from '../test/example-events.ts';
import { createEventCodec } from './codec/event-codec.ts';
import { deadLetter } from './dead-letter.ts';

describe('deadLetter', () => {
  it('carries the original bytes through the log unchanged, with reason and origin in the headers', () => {
    const codec = createEventCodec();
    const read = codec.decode(codec.encode(REJECTED));
    expect(deadLetter(read as typeof REJECTED)).toStrictEqual({
      key: REJECTED.original.key,
      value: REJECTED.original.value,
      headers: {
        'dlq.reason': 'invalid_transaction',
        'dlq.field': 'currency',
        'dlq.topic': 'transactions.v1',
        'dlq.partition': '3',
        'dlq.offset': '4711',
      },
    });
  });

  it('names no field where the record as a whole is at fault, and has no value where there was none', () => {
    const letter = deadLetter({ ...REJECTED, field: null, original: { ...REJECTED.original, key: null, value: null } });
    expect(letter).toMatchObject({ key: null, value: null });
    expect(letter.headers).not.toHaveProperty('dlq.field');
  });
});
