import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { distinctIn, emptyLastSeen, ID_WIDTH, withSighting, type LastSeen, type Sighting } from './last-seen.ts';

const sightings = fc.array(
  fc.record({ id: fc.record({ high: fc.nat(1), low: fc.nat(5) }), timeMs: fc.integer({ min: 0, max: 10 }) }),
  { maxLength: 30 },
);

function contents(seen: LastSeen): Sighting[] {
  return Array.from({ length: seen.length / ID_WIDTH }, (_, i) => {
    const [timeMs, high, low] = seen.slice(i * ID_WIDTH, (i + 1) * ID_WIDTH) as unknown as [number, number, number];
    return { timeMs, id: { high, low } };
  });
}

describe('ids and when they were seen last', () => {
  it('are those seen last of all, each at its last time, in whatever order they came', () => {
    const bounds = fc.record({ cap: fc.integer({ min: 1, max: 14 }), untilMs: fc.integer({ min: -1, max: 8 }) });
    fc.assert(
      fc.property(sightings, bounds, fc.nat(10), fc.nat(12), (list, limits, windowMs, timeMs) => {
        const seen = list.reduce((before, sighting) => withSighting(before, sighting, limits), emptyLastSeen());
        const last = new Map<string, Sighting>();
        for (const sighting of list.toSorted((a, b) => a.timeMs - b.timeMs)) {
          last.set(`${sighting.id.high}/${sighting.id.low}`, sighting);
        }
        const expected = [...last.values()]
          .filter((one) => one.timeMs > limits.untilMs)
          .sort((a, b) => a.timeMs - b.timeMs || a.id.high - b.id.high || a.id.low - b.id.low)
          .slice(-limits.cap);
        expect(contents(seen)).toEqual(expected);
        const inWindow = expected.filter((one) => one.timeMs > timeMs - windowMs && one.timeMs <= timeMs);
        expect(distinctIn(seen, windowMs, timeMs)).toBe(inWindow.length);
      }),
      { numRuns: 500 },
    );
  });
});
