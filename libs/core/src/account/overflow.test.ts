import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { accountStreams, runEngine } from '#libs/testkit';
import { TransientFault } from '../faults.ts';
import { DAY_MS } from '../time.ts';
import type { DecidedEvent, DedupEntry } from './account-event.ts';
import { addToOverflow, bucketOf, decodeOverflow, findInOverflow, OVERFLOW_BUCKETS } from './overflow.ts';
import { CorruptRecord, sealRecord } from './record-envelope.ts';

const uint32 = fc.integer({ min: 0, max: 2 ** 32 - 1 });

const entries = fc.uniqueArray(
  fc.record<DedupEntry>({
    identity: fc.record({ high: uint32, low: fc.oneof(uint32, fc.nat(2)) }),
    content: uint32,
    eventTimeMs: fc.integer({ min: 0, max: DAY_MS }),
    outcome: fc.constantFrom('approve', 'hold'),
    riskScore: fc.option(fc.integer({ min: 0, max: 1000 })),
  }),
  { selector: ({ identity }) => `${identity.high} ${identity.low}` },
);

describe('an overflow record', () => {
  it('finds every entry above the floor, and no other', () => {
    fc.assert(
      fc.property(entries, fc.nat(), fc.integer({ min: -1, max: DAY_MS }), (all, at, floorMs) => {
        const cut = at % (all.length + 1);
        const record = addToOverflow(addToOverflow(null, all.slice(0, cut), -Infinity), all.slice(cut), floorMs);
        for (const { identity, ...decided } of all.filter((entry) => entry.eventTimeMs > floorMs)) {
          expect(findInOverflow(record, identity)).toMatchObject({ ...decided, seq: null });
        }
        expect(decodeOverflow(record).every((entry) => entry.eventTimeMs > floorMs)).toBe(true);
        expect(findInOverflow(record, { high: 1, low: 2 ** 32 - 5 })).toBeNull();
      }),
    );
  });

  it('has the same bytes however its entries came into it', () => {
    fc.assert(
      fc.property(entries, fc.nat(), fc.integer({ min: -1, max: DAY_MS }), (all, at, floorMs) => {
        const cut = at % (all.length + 1);
        const atOnce = addToOverflow(null, all.toReversed(), floorMs);
        const inTwo = addToOverflow(addToOverflow(null, all.slice(cut), -Infinity), all.slice(0, cut), floorMs);
        expect(inTwo).toEqual(atOnce);
      }),
    );
  });

  it('drops what is exactly at the floor and keeps what is a millisecond above', () => {
    const made = { content: 1, outcome: 'hold', riskScore: null } as const;
    const list = [4, 5, 6].map((time) => ({ ...made, identity: { high: 0, low: time }, eventTimeMs: time }));
    expect(decodeOverflow(addToOverflow(null, list, 5)).map(({ eventTimeMs }) => eventTimeMs)).toEqual([6]);
  });

  it('takes 22 bytes an entry', () => {
    const made = { content: 1, outcome: 'hold', riskScore: null } as const;
    const list = Array.from({ length: 50 }, (_, i) => ({ ...made, identity: { high: i, low: i }, eventTimeMs: i }));
    expect(addToOverflow(null, list, -Infinity)).toHaveLength(16 + 50 * 22);
  });

  it('is refused when any byte of it is changed or cut off', () => {
    const record = addToOverflow(null, fc.sample(entries, { numRuns: 20, seed: 7 }).flat().slice(0, 5), -Infinity);
    for (let at = 0; at < record.length; at++) {
      const damaged = record.slice();
      damaged[at]! ^= 0x40;
      expect(() => decodeOverflow(damaged)).toThrow(CorruptRecord);
      expect(() => decodeOverflow(record.subarray(0, at))).toThrow(CorruptRecord);
    }
    const newer = sealRecord(new Uint8Array(record), { name: 'overflow record', kind: 0xa8, newestVersion: 2 });
    expect(() => findInOverflow(newer, { high: 0, low: 0 })).toThrow(TransientFault);
  });

  it('is one of 64 by the first six bits of the identity', () => {
    expect(bucketOf({ high: 0, low: 5 })).toBe(0);
    expect(bucketOf({ high: 0xffffffff, low: 5 })).toBe(OVERFLOW_BUCKETS - 1);
    expect(bucketOf({ high: 0x04000000, low: 0 })).toBe(1);
  });
});

describe('dedup', () => {
  it('accepts no transaction twice and changes no decision, whatever falls off the log', { timeout: 60_000 }, () => {
    fc.assert(
      fc.property(accountStreams({ maxDeliveries: 60 }), (stream) => {
        const accepted = new Map<string, DecidedEvent>();
        for (const fate of runEngine(stream, { between: 'memory' }).fates) {
          if (fate.type === 'amendment') continue;
          const { delivery, kind, first, event } = fate;
          const { identity, content } = delivery.event;
          const keyOf = (ofContent: number): string => `${identity.high} ${identity.low} ${ofContent}`;
          expect(event !== null && accepted.has(keyOf(content)), 'accepted twice').toBe(false);
          if (event !== null) accepted.set(keyOf(content), event);
          if (first === null) continue;
          const decided = accepted.get(keyOf(first.content));
          expect(first).toMatchObject({ outcome: decided?.outcome, riskScore: decided?.riskScore });
          expect([null, decided?.seq]).toContain(first.seq);
          expect(kind).toBe(first.content === content ? 'duplicate' : 'conflict');
        }
      }),
      { numRuns: 200 },
    );
  });
});
