import { describe, expect, it } from 'vitest';
import { NO_CONTEXT } from '#libs/testkit';
import { emptyAccount, type AccountState } from '../account/account-state.ts';
import type { AccountEvent } from '../account/account-event.ts';
import { reduce } from '../account/reduce.ts';
import { NOWHERE, packPlace } from '../place.ts';
import { DAY_MS, HOUR_MS } from '../time.ts';
import { distanceKm, speedFromLastPlace } from './travel.ts';

const T = Date.UTC(2026, 0, 1);
const PARIS = packPlace({ lat: 48.8566, lon: 2.3522 });
const LONDON = packPlace({ lat: 51.5074, lon: -0.1278 });
const SYDNEY = packPlace({ lat: -33.8688, lon: 151.2093 });

function event(eventTimeMs: number, place: number): AccountEvent {
  return { identity: { high: 1, low: eventTimeMs % 2 ** 32 }, content: 1, eventTimeMs, amountMinor: 1, currency: 'EUR', counterparty: 0, ...NO_CONTEXT, place }; // prettier-ignore
}

function speed(asked: AccountEvent, ...before: readonly AccountEvent[]): number {
  const { events } = before.reduce<AccountState>((state, made, i) => {
    const decided = { ...made, outcome: 'approve', riskScore: null, seq: i + 1 } as const;
    return reduce(state, decided, { version: 2, allowedLatenessMs: DAY_MS, logCap: 9 }).state;
  }, emptyAccount());
  return speedFromLastPlace(events, { from: events.first, to: events.end }, asked);
}

describe('a distance', () => {
  it('is that of the great circle, within the grid', () => {
    expect(Math.abs(distanceKm(PARIS, LONDON) - 343.6)).toBeLessThan(0.6);
    expect(Math.abs(distanceKm(SYDNEY, LONDON) - 16_994)).toBeLessThan(2);
    expect(distanceKm(PARIS, PARIS)).toBe(0);
    const [north, south] = [packPlace({ lat: 90, lon: 0 }), packPlace({ lat: -90, lon: 77 })];
    expect(distanceKm(north, south)).toBeCloseTo(Math.PI * 6371.0088, 0);
  });

  it('is short across the date line', () => {
    const [west, east] = [packPlace({ lat: 0, lon: 179.9 }), packPlace({ lat: 0, lon: -179.9 })];
    expect(Math.abs(distanceKm(west, east) - 22.24)).toBeLessThan(1.2);
  });
});

describe('the speed from the last place', () => {
  it('is the distance over the time, from the newest event that has a place', () => {
    const before = [event(T, LONDON), event(T + HOUR_MS, PARIS), event(T + 2 * HOUR_MS, NOWHERE)];
    expect(speed(event(T + 3 * HOUR_MS, LONDON), ...before)).toBeCloseTo(distanceKm(PARIS, LONDON) / 2, 9);
  });

  it('is at most 2000 km/h, and takes less than a minute for a minute', () => {
    expect(speed(event(T, SYDNEY), event(T, PARIS))).toBe(2000);
    const near = packPlace({ lat: 48.8666, lon: 2.3522 });
    expect(speed(event(T + 1000, near), event(T, PARIS))).toBeCloseTo(distanceKm(PARIS, near) * 60, 9);
    expect(speed(event(T, PARIS), event(T, PARIS))).toBe(0);
  });

  it('is missing without a place, now or before', () => {
    expect(speed(event(T, NOWHERE), event(T, PARIS))).toBeNaN();
    expect(speed(event(T, PARIS), event(T, NOWHERE))).toBeNaN();
    expect(speed(event(T, PARIS))).toBeNaN();
  });
});
