import { describe, expect, it } from 'vitest';
import type { AmendmentKind } from '../account/amendment.ts';
import { entitiesTouchedBy } from './entities-touched.ts';
import type { EntityChange } from './entity-change.ts';
import type { EntityKeys } from './entity-kind.ts';

const hash = (low: number) => ({ high: 1, low });
const ENTITIES: EntityKeys = { card: null, terminal: hash(2), device: hash(3), ip: null, beneficiary: hash(5) };

function payment(account: number, entities = ENTITIES): EntityChange {
  return {
    type: 'transaction',
    identity: hash(100),
    eventTimeMs: 0,
    amountMinor: 1,
    currency: 'EUR',
    account: hash(account),
    entities,
  };
}

function amendment(kind: AmendmentKind): EntityChange {
  const said = {
    eventTimeMs: 0,
    amountMinor: 1,
    currency: 'EUR',
    removedMinor: 1,
    labelBefore: null,
    labelAfter: null,
  };
  return {
    type: 'amendment',
    identity: hash(101),
    target: hash(100),
    kind,
    timeMs: 0,
    account: hash(9),
    effect: { ...said, entities: ENTITIES },
  };
}

const SUBJECTS = [
  { kind: 'terminal', key: hash(2), role: 'subject' },
  { kind: 'device', key: hash(3), role: 'subject' },
  { kind: 'beneficiary', key: hash(5), role: 'subject' },
];
const PAYER = { kind: 'beneficiary', key: hash(9), role: 'payer' };

describe('the entities that a change concerns', () => {
  it('are those of the transaction, and the account that pays where an account is paid', () => {
    expect(entitiesTouchedBy(payment(9))).toEqual([...SUBJECTS, PAYER]);
    expect(entitiesTouchedBy(payment(9, { ...ENTITIES, beneficiary: null }))).toEqual(SUBJECTS.slice(0, 2));
  });

  it('are the same when money is taken back, and without the payer when a label comes', () => {
    for (const kind of ['reversal', 'refund', 'declined'] as const) {
      expect(entitiesTouchedBy(amendment(kind))).toEqual([...SUBJECTS, PAYER]);
    }
    for (const kind of ['fraud', 'genuine'] as const) expect(entitiesTouchedBy(amendment(kind))).toEqual(SUBJECTS);
  });

  it('are each named once when an account pays itself', () => {
    expect(entitiesTouchedBy(payment(5))).toEqual(SUBJECTS);
  });
});
