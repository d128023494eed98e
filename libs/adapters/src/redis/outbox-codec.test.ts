import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeEvents, encodeEvents } from './outbox-codec.ts';

const headerText = fc.string({ unit: 'grapheme', maxLength: 12 }).filter((text) => !text.includes('\0'));
const bytes = fc.uint8Array({ maxLength: 40 });
const event = fc.record({
  key: fc.option(bytes),
  value: bytes,
  headers: fc.dictionary(headerText, headerText, { noNullPrototype: true }),
});

describe('an outbox entry', () => {
  it('gives back the events that were put in, in order', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 5 }), (events) => {
        const decoded = decodeEvents(encodeEvents(events));
        const plain = decoded.map(({ key, value, headers }) => ({
          key: key === null ? null : Uint8Array.from(key),
          value: Uint8Array.from(value),
          headers,
        }));
        expect(plain).toEqual(events);
      }),
    );
  });

  it('is refused when it is cut short', () => {
    const blob = encodeEvents([{ key: null, value: Uint8Array.of(1, 2, 3), headers: { a: 'b' } }]);
    for (let cut = 1; cut < blob.length; cut++) expect(() => decodeEvents(blob.subarray(0, -cut))).toThrow(RangeError);
  });
});
