import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readColumn, writeColumn } from './packed-column.ts';
import { CorruptRecord } from './record-envelope.ts';

const BEFORE = 5;
const BEHIND = 3;

/** Numbers of up to as many bits as one of them has. */
const columns = fc.integer({ min: 0, max: 48 }).chain((bits) =>
  fc.array(
    fc.maxSafeNat().map((value) => value % 2 ** bits),
    { maxLength: 40 },
  ),
);

function written(values: readonly number[]): { record: DataView; end: number } {
  const record = new DataView(new ArrayBuffer(BEFORE + 1 + 6 * values.length + 1 + BEHIND));
  const end = writeColumn(record, BEFORE, values.length, Float64Array.from(values));
  return { record, end };
}

describe('a packed column', () => {
  it('gives back its numbers, in as many bytes as the bits of the largest need', () => {
    fc.assert(
      fc.property(columns, (values) => {
        const { record, end } = written(values);
        const width = Math.max(0, ...values)
          .toString(2)
          .replace(/^0$/, '').length;
        const [low, high] = [Math.min(width, 24), Math.max(width - 24, 0)];
        expect(end).toBe(BEFORE + 1 + Math.ceil((values.length * low) / 8) + Math.ceil((values.length * high) / 8));
        const read = new Float64Array(values.length).fill(NaN);
        expect(readColumn(record, BEFORE, values.length, read)).toBe(end);
        expect([...read]).toEqual(values);
      }),
    );
  });

  it('is refused where its record ends too early, and when it is wider than any', () => {
    const { record, end } = written([1, 2 ** 40]);
    const cut = (bytes: number): DataView => new DataView(record.buffer, 0, bytes);
    expect(readColumn(cut(end + BEHIND), BEFORE, 2, new Float64Array(2))).toBe(end);
    for (const bytes of [end + BEHIND - 1, BEFORE + 1, BEFORE]) {
      expect(() => readColumn(cut(bytes), BEFORE, 2, new Float64Array(2))).toThrow(CorruptRecord);
    }
    record.setUint8(BEFORE, 49);
    expect(() => readColumn(record, BEFORE, 0, new Float64Array(2))).toThrow(CorruptRecord);
  });

  it('takes nothing that it cannot hold', () => {
    expect(() => written([2 ** 48])).toThrow('fits');
    expect(() => written([5, -1])).toThrow('fits');
  });
});
