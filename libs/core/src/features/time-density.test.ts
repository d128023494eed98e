import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { emptyTimes, foldTime, type TimeOfDayProfile } from '../account/time-of-day-profile.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../time.ts';
import { calendarOf } from './calendar.ts';
import { besselI0Scaled, concentrationOf, timeDensity, UNIFORM_DENSITY } from './time-density.ts';

const T = Date.UTC(2026, 0, 1);

/** The mean of `of` over the circle, exact to rounding for periodic functions: Trefethen and Weideman, SIAM Review 56(3), 2014. */
function meanOverCircle(of: (angle: number) => number): number {
  const points = 2000;
  return Array.from({ length: points }, (_, i) => of((2 * Math.PI * i) / points)).reduce((a, b) => a + b) / points;
}

function profileOf(timesMs: readonly number[]): TimeOfDayProfile {
  let watermarkMs = -Infinity;
  return timesMs.reduce((profile, timeMs) => {
    const next = foldTime(profile, timeMs, watermarkMs);
    watermarkMs = Math.max(watermarkMs, timeMs);
    return next;
  }, emptyTimes());
}

describe('the scaled Bessel function', () => {
  it('is the mean of exp(x (cos a - 1)) over the circle, to 3e-7', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 200, noNaN: true }), (x) => {
        const exact = meanOverCircle((angle) => Math.exp(x * (Math.cos(angle) - 1)));
        expect(Math.abs(besselI0Scaled(x) - exact)).toBeLessThan(3e-7);
      }),
    );
  });
});

describe('the concentration', () => {
  it('is the one under which the mean resultant length is expected, within 2 %, when there are many', () => {
    for (let concentration = 0.1; concentration < 90; concentration *= 1.1) {
      const weight = (angle: number): number => Math.exp(concentration * (Math.cos(angle) - 1));
      const length = meanOverCircle((angle) => Math.cos(angle) * weight(angle)) / meanOverCircle(weight);
      expect(Math.abs(concentrationOf(length, 1000) / concentration - 1)).toBeLessThan(0.02);
    }
  });

  it('is lower when there are few, never below 0 and never above 100', () => {
    for (const length of [0, 0.1, 0.3, 0.6, 0.9, 0.999, 1]) {
      for (let count = 5; count < 20; count++) {
        const concentration = concentrationOf(length, count);
        expect(concentration).toBeGreaterThanOrEqual(0);
        expect(concentration).toBeLessThanOrEqual(Math.min(100, concentrationOf(length, 1000)));
      }
    }
    expect(concentrationOf(1, 1000)).toBe(100);
    expect(concentrationOf(0.1, 5)).toBe(0);
  });
});

describe('the density of a time of day', () => {
  it('integrates to 1 over the day', () => {
    const hours = fc.array(fc.integer({ min: 0, max: 40 * DAY_MS }), { minLength: 5, maxLength: 40 });
    fc.assert(
      fc.property(hours, (offsets) => {
        const profile = profileOf(offsets.map((offset) => T + offset));
        const mean = meanOverCircle((angle) => timeDensity(profile, calendarOf(T + (angle / (2 * Math.PI)) * DAY_MS)));
        expect(mean * 2 * Math.PI).toBeCloseTo(1, 3);
      }),
    );
  });

  it('is uniform before five events, and for somebody who buys round the clock', () => {
    const noon = T + 12 * HOUR_MS;
    expect(timeDensity(profileOf([noon, noon, noon, noon]), calendarOf(noon))).toBe(UNIFORM_DENSITY);
    const roundTheClock = Array.from({ length: 48 }, (_, hour) => T + hour * HOUR_MS);
    expect(timeDensity(profileOf(roundTheClock), calendarOf(T))).toBeCloseTo(UNIFORM_DENSITY, 2);
  });

  it('is high at the usual time, across midnight too, and low half a day from it', () => {
    const late = Array.from({ length: 20 }, (_, day) => T + day * DAY_MS + (day % 2 === 0 ? -1 : 1) * 20 * MINUTE_MS);
    const profile = profileOf(late);
    expect(timeDensity(profile, calendarOf(T))).toBeGreaterThan(2);
    expect(timeDensity(profile, calendarOf(T + 12 * HOUR_MS))).toBeLessThan(1e-6);
  });

  it('forgets: a habit of half a year ago gives way to a new one', () => {
    const mornings = Array.from({ length: 30 }, (_, day) => T + day * DAY_MS + 8 * HOUR_MS);
    const evenings = Array.from({ length: 30 }, (_, day) => T + (200 + day) * DAY_MS + 20 * HOUR_MS);
    const profile = profileOf([...mornings, ...evenings]);
    expect(timeDensity(profile, calendarOf(T + 20 * HOUR_MS))).toBeGreaterThan(1);
  });

  it('does not depend on the order of events but for rounding', () => {
    const times = fc.array(fc.integer({ min: 0, max: 90 * DAY_MS }), { minLength: 5, maxLength: 30 });
    fc.assert(
      fc.property(times, (offsets) => {
        const [one, other] = [offsets, offsets.toReversed()].map((list) => profileOf(list.map((offset) => T + offset)));
        expect(one!.weight).toBeCloseTo(other!.weight, 9);
        expect(one!.cosines).toBeCloseTo(other!.cosines, 9);
        expect(one!.sines).toBeCloseTo(other!.sines, 9);
      }),
    );
  });
});
