import { describe, expect, it } from 'vitest';
import { encodeAccount } from '../account/account-codec.ts';
import { emptyAccount } from '../account/account-state.ts';
import { encodeEntity } from '../entities/entity-codec.ts';
import { ENTITY_KINDS, type EntityKind } from '../entities/entity-kind.ts';
import { emptyEntity } from '../entities/entity-state.ts';
import { ENTITY_TRAITS } from '../entities/entity-traits.ts';
import { ENTITY_PARAMETERS, reduceEntity } from '../entities/reduce-entity.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../time.ts';
import { after, event, T } from './account-under-test.test-support.ts';
import { FEATURES } from './manifest.ts';
import { EMPTY_RECORD_BYTES, type Primitive, STATE_COSTS, type StateCost } from './state-costs.ts';

const key = (low: number) => ({ high: 7, low });

/** Bytes of an entity's record after so many transactions, a while apart, with as many different accounts and cards. */
function entityBytes(kind: EntityKind, count: number, apartMs: number): number {
  let state = emptyEntity(kind);
  for (let i = 0; i < count; i++) {
    const same = key(1);
    const entities = { card: key(kind === 'card' ? 1 : i), terminal: same, device: same, ip: same, beneficiary: same };
    const facts = { identity: key(i), account: key(i), entities, eventTimeMs: T + i * apartMs };
    const change = { type: 'transaction', ...facts, amountMinor: 100 + 17 * i, currency: 'EUR' } as const;
    state = reduceEntity(state, { change, role: 'subject' }, ENTITY_PARAMETERS);
  }
  return encodeEntity(state).length;
}

function boundsOf({ bytes }: StateCost): { least: number; most: number } {
  const [least = NaN, most = least] = bytes.split(' to ').map(Number);
  return { least, most };
}

const costOf = (entity: EntityKind | 'account', primitive: Primitive): StateCost =>
  STATE_COSTS[entity][primitive] as StateCost;

describe('what the state of features costs', () => {
  it('is told of each primitive that a feature reads, and of no other', () => {
    const read = FEATURES.flatMap(({ entity, state }) =>
      state === 'none' ? [] : state.split('/').map((primitive) => `${entity} ${primitive}`),
    );
    const told = Object.entries(STATE_COSTS).flatMap(([entity, costs]) =>
      Object.keys(costs).map((one) => `${entity} ${one}`),
    );
    expect(read.filter((one) => !told.includes(one))).toEqual([]);
    for (const kind of ENTITY_KINDS) {
      const { logMs, ids, days, tiles } = ENTITY_TRAITS[kind];
      const has = { L: logMs !== null, S: ids !== null, K: days > 0, T: tiles.tiles > 0 };
      for (const [primitive, isKept] of Object.entries(has))
        expect([kind, primitive, primitive in STATE_COSTS[kind]]).toEqual([kind, primitive, isKept]);
    }
  });

  it('comes to a record that is not empty before', () => {
    expect(encodeAccount(emptyAccount(), null).length).toBe(EMPTY_RECORD_BYTES);
    for (const kind of ENTITY_KINDS) expect(encodeEntity(emptyEntity(kind)).length).toBe(EMPTY_RECORD_BYTES);
  });

  it('is what an id, a row of a log and a transaction of an account take in a record', () => {
    const grown = (kind: EntityKind, apartMs: number) =>
      (entityBytes(kind, 90, apartMs) - entityBytes(kind, 50, apartMs)) / 40;
    expect(grown('device', HOUR_MS)).toBe(boundsOf(costOf('device', 'S')).least);
    expect(grown('card', HOUR_MS)).toBe(boundsOf(costOf('card', 'L')).least);
    const ofTerminal = boundsOf(costOf('terminal', 'L'));
    // Cards leave it after an hour.
    expect(grown('terminal', 2 * HOUR_MS)).toBeGreaterThanOrEqual(ofTerminal.least);
    expect(grown('terminal', 2 * HOUR_MS)).toBeLessThanOrEqual(ofTerminal.most);
  });

  it.each([
    [
      'at one place, with one card',
      () => ({ entities: { card: key(1), terminal: key(1), device: null, ip: null, beneficiary: null } }),
    ],
    [
      'at new places, with one card',
      (i: number) => ({
        counterparty: i,
        category: i,
        country: 0x4445,
        entities: { card: key(1), terminal: key(i), device: null, ip: null, beneficiary: null },
      }),
    ],
  ])('is what transactions %s take in the record of an account', (_where, facts) => {
    const bytes = (count: number) =>
      encodeAccount(
        after(
          ...Array.from({ length: count }, (_, i) =>
            event(T + (i * DAY_MS) / 8 + (i % 7) * MINUTE_MS, { amountMinor: 100 + 317 * i, ...facts(i) }),
          ),
        ),
        null,
      ).length;
    const { least, most } = boundsOf(costOf('account', 'L'));
    const grown = (bytes(160) - bytes(80)) / 80;
    expect(grown).toBeGreaterThanOrEqual(least);
    expect(grown).toBeLessThanOrEqual(most);
  });
});
