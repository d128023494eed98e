import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NOWHERE, packPlace, unpackPlace } from './place.ts';

const lat = fc.double({ min: -90, max: 90, noNaN: true });
const lon = fc.double({ min: -180, max: 180, noNaN: true });

describe('a packed place', () => {
  it('is within half a grid step of the place, and never nowhere', () => {
    fc.assert(
      fc.property(lat, lon, (north, east) => {
        const packed = packPlace({ lat: north, lon: east });
        expect(packed).toBeGreaterThan(NOWHERE);
        expect(packed).toBeLessThanOrEqual(2 ** 31);
        const back = unpackPlace(packed);
        expect(Math.abs(back.lat - north)).toBeLessThanOrEqual(0.0028);
        expect(Math.abs(back.lon - east)).toBeLessThanOrEqual(0.0028);
        expect(packPlace(back)).toBe(packed);
      }),
    );
  });

  it('exists for the corners of the world', () => {
    expect(packPlace({ lat: -90, lon: -180 })).toBe(1);
    expect(packPlace({ lat: 90, lon: 180 })).toBe(2 ** 31);
  });
});
