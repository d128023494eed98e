import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DAY_MS, HOUR_MS } from '../time.ts';
import { packCurrency, unpackCurrency } from './currency-code.ts';
import { describeEntity } from './describe-entity.ts';
import type { EntityChange } from './entity-change.ts';
import { ENTITY_KINDS } from './entity-kind.ts';
import { emptyEntity, type EntityState } from './entity-state.ts';
import { ENTITY_TRAITS, type EntityTraits } from './entity-traits.ts';
import { ENTITY_PARAMETERS, reduceEntity } from './reduce-entity.ts';

const T = Date.UTC(2026, 0, 1);
const key = { high: 8, low: 9 };
const entities = { card: key, terminal: key, device: key, ip: key, beneficiary: key };

type Payment = Extract<EntityChange, { type: 'transaction' }>;

const payments: fc.Arbitrary<Payment[]> = fc
  .array(
    fc.record({
      eventTimeMs: fc.integer({ min: T, max: T + 20 * HOUR_MS }),
      amountMinor: fc.integer({ min: 0, max: 10 ** 12 }),
      currency: fc.constantFrom('EUR', 'AAA', 'ZZZ'),
      account: fc.record({ high: fc.constantFrom(1, 2, 3), low: fc.constant(4) }),
    }),
    { minLength: 1, maxLength: 40 },
  )
  .map((list) => list.map((one, i) => ({ type: 'transaction', identity: { high: 1, low: i }, entities, ...one })));

function apply(state: EntityState, change: EntityChange): EntityState {
  return reduceEntity(state, { change, role: 'subject' }, ENTITY_PARAMETERS);
}

/** That the first of the payments was a fraud. */
function fraudOf({ identity, eventTimeMs, amountMinor, currency, account }: Payment): EntityChange {
  const effect = { eventTimeMs, amountMinor, currency, removedMinor: 0, entities, labelBefore: null } as const;
  const said = { type: 'amendment', kind: 'fraud', timeMs: T + DAY_MS, identity: { high: 2, low: 0 } } as const;
  return { ...said, target: identity, account, effect: { ...effect, labelAfter: 'fraud' } };
}

/** By account, or by card, of which there is one, when each was seen last; those that are still remembered at `newestMs`. */
function lastSeen(sorted: readonly Payment[], newestMs: number, ids: EntityTraits['ids']): Map<number, number> {
  if (ids === null) return new Map();
  const all = new Map(sorted.map((one) => [ids.of === 'cards' ? key.high : one.account.high, one.eventTimeMs]));
  return new Map([...all].filter(([, timeMs]) => timeMs > newestMs - ids.keptMs));
}

describe('the description of an entity', () => {
  it.each(ENTITY_KINDS)('has the transactions, ids and labels of a %s as they came', (kind) => {
    const traits = ENTITY_TRAITS[kind];
    fc.assert(
      fc.property(payments, (made) => {
        const entity = describeEntity([...made, fraudOf(made[0]!)].reduce(apply, emptyEntity(kind)));
        const sorted = made.toSorted((a, b) => a.eventTimeMs - b.eventTimeMs || a.identity.low - b.identity.low);
        const newestMs = sorted.at(-1)!.eventTimeMs;
        const rows = sorted.map(({ eventTimeMs, identity, amountMinor, currency }) => ({
          eventTimeMs,
          key: traits.logsFacts ? identity.low : null,
          amountMinor: traits.logsFacts ? amountMinor : null,
          currency: traits.logsFacts ? currency : null,
          label: traits.labels === 'rows' && identity.low === 0 ? 'fraud' : null,
          reversed: traits.logsFacts ? false : null,
        }));
        expect(entity.log).toEqual(traits.logMs === null ? null : rows);
        expect(entity.sent).toEqual(traits.logsSent ? [] : null);
        expect([entity.firstSeenMs, entity.newestMs]).toEqual([sorted[0]!.eventTimeMs, newestMs]);
        expect(entity.ids?.of).toBe(traits.ids?.of);
        const remembered = new Map(entity.ids?.seen.map(({ id, lastSeenMs }) => [id.high, lastSeenMs]));
        expect(remembered).toEqual(lastSeen(sorted, newestMs, traits.ids));
        expect(entity.days.map(({ dayMs, frauds }) => [dayMs, frauds])).toEqual(
          traits.labels === 'days' ? [[T, 1]] : [],
        );
      }),
    );
  });

  it('has currencies as they were packed', () => {
    const letter = fc.integer({ min: 65, max: 90 }).map((code) => String.fromCharCode(code));
    fc.assert(
      fc.property(fc.tuple(letter, letter, letter), (letters) => {
        expect(unpackCurrency(packCurrency(letters.join('')))).toBe(letters.join(''));
      }),
    );
    expect(unpackCurrency(0)).toBeNull();
  });
});
