import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatWireTime, normaliseWireTime, parseWireTime } from './wire-time.ts';

const wireTime = fc.date({ min: new Date(0), max: new Date('9999-12-31T23:59:59.999Z'), noInvalidDate: true });

describe('parseWireTime', () => {
  it('reads what formatWireTime writes', () => {
    fc.assert(
      fc.property(wireTime, (date) => {
        expect(parseWireTime(formatWireTime(date.getTime()))).toBe(date.getTime());
      }),
    );
  });

  it('agrees with a pattern and the calendar on texts that are nearly times', () => {
    const shape = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,3})?Z$/;
    const spoilt = fc
      .tuple(wireTime, fc.nat(24), fc.constantFrom('', '0', '3', '9', 'Z', '.', '-', ':', 'é'), fc.boolean())
      .map(([date, at, character, short]) => {
        const text = short ? date.toISOString().replace(/\.\d+/, '') : date.toISOString();
        return text.slice(0, at) + character + text.slice(at + 1);
      });
    const isReal = (text: string): boolean =>
      !Number.isNaN(Date.parse(text)) && new Date(text).toISOString().slice(0, 19) === text.slice(0, 19);
    fc.assert(
      fc.property(spoilt, (text) => {
        const expected = shape.test(text) && isReal(text) && text >= '1970' ? Date.parse(text) : Number.NaN;
        expect(parseWireTime(text)).toBe(expected);
      }),
      { numRuns: 3_000 },
    );
  });

  it.each([
    ['2026-05-14T09:31:07Z', '2026-05-14T09:31:07.000Z'],
    ['2026-05-14T09:31:07.4Z', '2026-05-14T09:31:07.400Z'],
    ['2026-05-14T09:31:07.04Z', '2026-05-14T09:31:07.040Z'],
    ['2026-05-14T09:31:07.412Z', '2026-05-14T09:31:07.412Z'],
    ['2024-02-29T00:00:00Z', '2024-02-29T00:00:00.000Z'],
    ['2000-02-29T00:00:00Z', '2000-02-29T00:00:00.000Z'],
    ['1970-01-01T00:00:00Z', '1970-01-01T00:00:00.000Z'],
    ['9999-12-31T23:59:59.999Z', '9999-12-31T23:59:59.999Z'],
  ])('%s is the instant %s', (text, normal) => {
    expect(parseWireTime(text)).toBe(Date.parse(normal));
    expect(normaliseWireTime(text, parseWireTime(text))).toBe(normal);
  });

  it.each([
    ['a day that February does not have', '2026-02-30T00:00:00Z'],
    ['29 February of an ordinary year', '2026-02-29T00:00:00Z'],
    ['29 February of a century', '2100-02-29T00:00:00Z'],
    ['31 April', '2026-04-31T00:00:00Z'],
    ['day 0', '2026-04-00T00:00:00Z'],
    ['month 0', '2026-00-01T00:00:00Z'],
    ['month 13', '2026-13-01T00:00:00Z'],
    ['24:00', '2026-05-14T24:00:00Z'],
    ['minute 60', '2026-05-14T09:60:00Z'],
    ['a leap second', '2016-12-31T23:59:60Z'],
    ['an offset', '2026-05-14T09:31:07+00:00'],
    ['no zone', '2026-05-14T09:31:07'],
    ['microseconds', '2026-05-14T09:31:07.412345Z'],
    ['an empty fraction', '2026-05-14T09:31:07.Z'],
    ['small letters', '2026-05-14t09:31:07z'],
    ['a blank for the T', '2026-05-14 09:31:07Z'],
    ['a line feed behind', '2026-05-14T09:31:07Z\n'],
    ['digits of another script', '٢٠٢٦-05-14T09:31:07Z'],
    ['a year before 1970', '1969-12-31T23:59:59Z'],
    ['a two-digit year, which Date.UTC moves to 1900', '0099-01-01T00:00:00Z'],
    ['a five-digit year', '12026-05-14T09:31:07Z'],
    ['a date alone', '2026-05-14'],
  ])('refuses %s', (_what, text) => {
    expect(parseWireTime(text)).toBeNaN();
  });
});

describe('formatWireTime', () => {
  it('writes what toISOString writes, from 1970 to 9999', () => {
    fc.assert(
      fc.property(wireTime, (date) => {
        expect(formatWireTime(date.getTime())).toBe(date.toISOString());
      }),
      { numRuns: 2_000 },
    );
  });

  it('writes the first and last day of every month, leap years or not', () => {
    const edges = Array.from({ length: 12 * 431 }, (_, month) => [
      Date.UTC(1970, month, 1),
      Date.UTC(1970, month + 1, 1) - 1,
    ]).flat();
    expect(edges.filter((edge) => formatWireTime(edge) !== new Date(edge).toISOString())).toEqual([]);
    expect(formatWireTime(Date.UTC(2400, 1, 29))).toBe('2400-02-29T00:00:00.000Z');
  });

  it('cuts fractions of a millisecond, and refuses what is no time', () => {
    expect(formatWireTime(1.9)).toBe('1970-01-01T00:00:00.001Z');
    expect(() => formatWireTime(Number.NaN)).toThrow(RangeError);
  });
});
