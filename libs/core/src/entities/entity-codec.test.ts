import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { entityHistories } from '#libs/testkit';
import { CorruptRecord, sealRecord } from '../account/record-envelope.ts';
import { TransientFault } from '../faults.ts';
import { DAY_MS } from '../time.ts';
import { decodeEntity, encodeEntity, sameEntity } from './entity-codec.ts';
import { ENTITY_KINDS, type EntityKeys, type EntityKind } from './entity-kind.ts';
import { EntityRun } from './entity-run.test-support.ts';
import { emptyEntity, type EntityState } from './entity-state.ts';
import { ENTITY_PARAMETERS } from './reduce-entity.ts';

const T = Date.UTC(2026, 0, 1);
const NOTHING: EntityKeys = { card: null, terminal: null, device: null, ip: null, beneficiary: null };

/** An entity with `count` transactions of some accounts, some hours apart; every tenth is known to be fraud. */
function entityWith(kind: EntityKind, count: number, options: { everyMs: number; logCap?: number }): EntityState {
  const run = new EntityRun({ ...ENTITY_PARAMETERS, ...options });
  const key = { high: 1, low: 1 };
  for (let i = 0; i < count; i++) {
    const identity = { high: i, low: Math.imul(i + 1, 0x9e3779b1) >>> 0 };
    const made = {
      identity,
      eventTimeMs: T + i * options.everyMs,
      amountMinor: 1000 + 37 * i,
      currency: 'EUR',
      account: { high: 2, low: i % 40 },
      entities: { ...NOTHING, [kind]: key },
    };
    run.apply({ type: 'transaction', ...made }, { asBytes: false });
    if (i % 10 !== 0) continue;
    const said = { removedMinor: 0, labelBefore: null, labelAfter: 'fraud' } as const;
    run.apply(
      { type: 'amendment', identity, target: identity, kind: 'fraud', timeMs: T, account: made.account, effect: { ...made, ...said } }, // prettier-ignore
      { asBytes: false },
    );
  }
  return run.states.get(`${kind}:0000000100000001`) as EntityState;
}

const HOT = ENTITY_KINDS.map((kind) => entityWith(kind, 40, { everyMs: 3_000_000, logCap: 20 }));

describe('an entity record', () => {
  it('gives back the state that it was made of', () => {
    fc.assert(
      fc.property(entityHistories({ minChanges: 1, maxChanges: 60 }), ({ parameters, changes }) => {
        const run = new EntityRun(parameters);
        for (const { change } of changes) run.apply(change, { asBytes: false });
        for (const state of run.states.values()) {
          const record = encodeEntity(state);
          const read = decodeEntity(state.kind, record);
          expect(encodeEntity(read)).toEqual(record);
          expect({ ...read, log: null, sent: null }).toEqual({ ...state, log: null, sent: null });
          expect(sameEntity(read, state)).toBe(true);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('of a typical terminal takes under 1.2 kB, that of a card under 200 bytes', () => {
    expect(encodeEntity(entityWith('terminal', 45, { everyMs: DAY_MS })).length).toBeLessThan(1200);
    expect(encodeEntity(entityWith('card', 10, { everyMs: DAY_MS / 2 })).length).toBeLessThan(200);
  });

  it('is bounded however much happens', () => {
    for (const kind of ENTITY_KINDS) {
      const busy = entityWith(kind, 3000, { everyMs: 20_000 });
      const busier = entityWith(kind, 6000, { everyMs: 10_000 });
      expect(encodeEntity(busy).length).toBeLessThan(20_000);
      expect(Math.abs(encodeEntity(busier).length - encodeEntity(busy).length)).toBeLessThan(1500);
    }
  });

  it('of an entity that nothing is known of can be read', () => {
    for (const kind of ENTITY_KINDS) {
      expect(decodeEntity(kind, encodeEntity(emptyEntity(kind)))).toMatchObject({ kind, folded: 0, mark: 0 });
    }
  });

  it('may begin anywhere in its buffer', () => {
    for (const state of HOT) {
      const shifted = new Uint8Array([9, 9, 9, ...encodeEntity(state)]);
      expect(sameEntity(decodeEntity(state.kind, shifted.subarray(3)), state)).toBe(true);
    }
  });

  it('is refused when any byte of it is changed, cut off or added, and when it is of another kind', () => {
    for (const state of HOT) {
      const record = encodeEntity(state);
      for (let at = 0; at < record.length; at += 7) {
        const damaged = record.slice();
        damaged[at]! ^= 0x81;
        expect(() => decodeEntity(state.kind, damaged)).toThrow(CorruptRecord);
        expect(() => decodeEntity(state.kind, record.subarray(0, at))).toThrow(CorruptRecord);
      }
      expect(() => decodeEntity(state.kind, new Uint8Array([...record, 0, 0, 0, 0]))).toThrow(CorruptRecord);
      const other = ENTITY_KINDS[(ENTITY_KINDS.indexOf(state.kind) + 1) % ENTITY_KINDS.length] as EntityKind;
      expect(() => decodeEntity(other, record)).toThrow(CorruptRecord);
    }
    expect(() => decodeEntity('card', new Uint8Array(0))).toThrow(CorruptRecord);
  });

  it('is refused, or read as what it says, when its checksum is right and its contents are not', () => {
    const damage = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(fc.constantFrom(...HOT), damage, fc.nat(20), (state, changes, cutWords) => {
        const record = encodeEntity(state);
        for (const [at, byte] of changes) record[8 + (at % (record.length - 8))] = byte;
        const forged = sealAs(record.subarray(0, Math.max(8, record.length - 4 * cutWords)), 1);
        const read = readOrRefused(state.kind, forged);
        expect(read === null || encodeEntity(read).length > 0).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  it('of a newer format is a transient fault, never a fresh entity', () => {
    const record = encodeEntity(HOT[1] as EntityState);
    expect(() => decodeEntity('terminal', sealAs(record, 2))).toThrow(TransientFault);
    expect(() => decodeEntity('terminal', sealAs(record, 2))).toThrow(
      expect.objectContaining({ code: 'newer_format' }),
    );
    expect(() => decodeEntity('terminal', sealAs(record, 0))).toThrow(CorruptRecord);
  });
});

function readOrRefused(kind: EntityKind, record: Uint8Array): EntityState | null {
  try {
    return decodeEntity(kind, record);
  } catch (error) {
    if (error instanceof CorruptRecord) return null;
    throw error;
  }
}

/** The record as another build would seal it. */
function sealAs(record: Uint8Array, version: number): Uint8Array {
  return sealRecord(new Uint8Array(record), { name: 'entity record', kind: 0xa9, newestVersion: version });
}
