import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { packPlace } from '../place.ts';
import { DAY_MS, HOUR_MS } from '../time.ts';
import { NO_CATEGORY, type DecidedEvent } from './account-event.ts';
import { emptyAccount, type AccountState } from './account-state.ts';
import { amend } from './amend.ts';
import type { AmendmentKind, RecordedAmendment } from './amendment.ts';
import { describeAccount, type DescribedEvent } from './describe-account.ts';
import { reduce } from './reduce.ts';

const T = Date.UTC(2026, 0, 1);
const PARAMETERS = { version: 2, allowedLatenessMs: DAY_MS, logCap: 64 };

const hash = fc.record({ high: fc.integer({ min: 1, max: 9 }), low: fc.integer({ min: 1, max: 9 }) });
const maybeHash = fc.option(hash, { nil: null });
const facts = fc.record({
  eventTimeMs: fc.integer({ min: T, max: T + 20 * HOUR_MS }),
  amountMinor: fc.integer({ min: 0, max: 10 ** 12 }),
  currency: fc.constantFrom('EUR', 'USD', 'JPY'),
  counterparty: fc.integer({ min: 0, max: 5 }),
  category: fc.constantFrom(0, 5411, 9999, NO_CATEGORY),
  country: fc.constantFrom(0, 0x4445, 0x5553),
  place: fc.constantFrom(0, packPlace({ lat: 52.5, lon: 13.4 }), packPlace({ lat: -90, lon: -180 })),
  entities: fc.record({ card: maybeHash, terminal: maybeHash, device: maybeHash, ip: maybeHash, beneficiary: maybeHash }), // prettier-ignore
  outcome: fc.constantFrom('approve' as const, 'hold' as const),
  riskScore: fc.option(fc.integer({ min: 0, max: 1000 }), { nil: null }),
});

/** The event as it must be described, but for its place, which is on a grid. */
function described({ place, counterparty, category, country, ...event }: DecidedEvent): object {
  return {
    ...event,
    counterparty: counterparty || null,
    category: category === NO_CATEGORY ? null : category,
    country: country === 0 ? null : String.fromCharCode(country >> 8, country & 0xff),
    packedPlace: place,
    label: null,
    reversed: false,
  };
}

function comparable({ place, beneficiarySinceMs, deviceSinceMs, ...rest }: DescribedEvent): object {
  const packedPlace = place === null ? 0 : packPlace(place);
  return { ...rest, packedPlace, since: [beneficiarySinceMs, deviceSinceMs] };
}

function after(events: readonly DecidedEvent[]): AccountState {
  return events.reduce((state, event) => reduce(state, event, PARAMETERS).state, emptyAccount());
}

describe('the description of an account', () => {
  it('has every event of its log as it came, by time and seq', () => {
    fc.assert(
      fc.property(fc.array(facts, { maxLength: 30 }), (list) => {
        const events = list.map((one, i): DecidedEvent => {
          return { ...one, identity: { high: i, low: 7 * i }, content: i + 1, seq: i + 1 };
        });
        const sorted = events.toSorted((a, b) => a.eventTimeMs - b.eventTimeMs || a.seq - b.seq);
        const sinceOf = ({ entities }: DecidedEvent, kind: 'beneficiary' | 'device'): number | null => {
          const key = entities[kind];
          if (key === null) return null;
          const isSame = (other: DecidedEvent): boolean => {
            const found = other.entities[kind];
            return found !== null && found.high === key.high && found.low === key.low;
          };
          return (sorted.find(isSame) as DecidedEvent).eventTimeMs;
        };
        const account = describeAccount(after(events));
        expect(account.events.map(comparable)).toEqual(
          sorted.map((event) => ({
            ...described(event),
            since: [sinceOf(event, 'beneficiary'), sinceOf(event, 'device')],
          })),
        );
        expect(account.currency).toBe(events[0]?.currency ?? null);
        expect(account.watermarkMs).toBe(sorted.at(-1)?.eventTimeMs ?? null);
        expect(account.firstSeenMs).toBe(sorted[0]?.eventTimeMs ?? null);
      }),
    );
  });

  it('has what was said of them, what waits, and what the cap pushed out', () => {
    const [sample] = fc.sample(facts, { seed: 1, numRuns: 1 });
    const made = Array.from({ length: 70 }, (_, i): DecidedEvent => ({
      ...(sample as Omit<DecidedEvent, 'identity' | 'content' | 'seq'>),
      identity: { high: i, low: 1 },
      content: i,
      seq: i + 1,
      eventTimeMs: T + i * HOUR_MS,
      currency: 'EUR',
      amountMinor: 100 + i,
    }));
    const said = (kind: AmendmentKind, high: number, amountMinor = 0): RecordedAmendment => ({
      kind,
      amountMinor,
      content: 5,
      timeMs: T + 5 * DAY_MS,
      seq: 1_000 - high,
      identity: { high, low: 99 },
      target: { high, low: 1 },
    });
    const amendments = [said('fraud', 68), said('refund', 67, 60), said('reversal', 66, 1_000), said('genuine', 5)];
    const state = amendments.reduce((now, one) => amend(now, one, PARAMETERS).state, after(made));
    const account = describeAccount(state);
    expect(account.events.map(({ seq }) => seq)).toEqual(made.slice(6).map(({ seq }) => seq));
    expect(account.events.slice(-4).map(({ label, reversed, amountMinor }) => [label, reversed, amountMinor])).toEqual([
      [null, true, 0],
      [null, false, 107],
      ['fraud', false, 168],
      [null, false, 169],
    ]);
    expect(account.amendments.map(({ kind, fate }) => `${kind} ${fate}`)).toEqual([
      'fraud applied',
      'refund applied',
      'reversal applied',
      'genuine pending',
    ]);
    expect(account.truncatedMs).toBe(T + 5 * HOUR_MS);
    expect(account.tiles.find(({ level }) => level === 'month')).toEqual({ level: 'month', count: 6, sumMinor: 615 });
    expect(account.tiles.find(({ level }) => level === 'hour')).toMatchObject({ count: 0 });
  });
});
