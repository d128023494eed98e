import { describe, expect, it } from 'vitest';
import { NO_CONTEXT } from '#libs/testkit';
import type { EntityChange } from './entity-change.ts';
import type { EntityKeys } from './entity-kind.ts';
import { EntityMemory } from './entity-memory.ts';

const ACCOUNT = { high: 1, low: 1 };
const NONE = NO_CONTEXT.entities;
const terminal = (low: number) => ({ ...NONE, terminal: { high: 7, low } });

function payment(id: number, entities: EntityKeys): EntityChange {
  return {
    type: 'transaction',
    identity: { high: id, low: id },
    eventTimeMs: id * 1_000,
    amountMinor: 100,
    currency: 'EUR',
    account: ACCOUNT,
    entities,
  };
}

describe('the entities in memory', () => {
  it('are told apart by all of their key, and by their kind', () => {
    const memory = new EntityMemory();
    memory.fold(payment(1, terminal(1)));
    memory.fold(payment(2, terminal(2)));
    memory.fold(payment(3, terminal(2)));
    memory.fold(payment(4, { ...NONE, device: { high: 7, low: 2 } }));
    expect(memory.viewsOf(terminal(1)).terminal?.folded).toBe(1);
    expect(memory.viewsOf(terminal(2)).terminal?.folded).toBe(2);
    expect(memory.viewsOf(terminal(3)).terminal).toBeNull();
    expect(memory.viewsOf({ ...NONE, device: { high: 7, low: 2 } }).device?.folded).toBe(1);
    expect(memory.size).toBe(3);
  });

  it('hold the payer as a beneficiary once it has paid an account', () => {
    const memory = new EntityMemory();
    const payer = { ...NONE, beneficiary: ACCOUNT };
    memory.fold(payment(1, terminal(1)));
    expect(memory.viewsOf(payer).beneficiary).toBeNull();
    memory.fold(payment(2, { ...NONE, beneficiary: { high: 9, low: 9 } }));
    expect(memory.viewsOf(payer).beneficiary?.folded).toBe(1);
  });
});
