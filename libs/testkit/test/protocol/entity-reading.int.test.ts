import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RedisEntityStore } from '#libs/adapters';
import {
  accountEventOf,
  emptyEntity,
  encodeEntity,
  ENTITY_PARAMETERS,
  entityName,
  reduceEntity,
  type CommittedBatch,
  type EntityChange,
  type Transaction,
} from '#libs/core';
import { PartitionRig } from '../../src/rig/partition-rig.ts';
import { transaction } from '../../src/rig/transactions.ts';

describe('what a decision reads of other entities', () => {
  let rig: PartitionRig;
  beforeEach(async () => {
    rig = await PartitionRig.start();
    await rig.open();
  });
  afterEach(() => rig.stop());

  /** The merchant's record after `payments`, put into the store as the updater does. */
  async function putTerminal(payments: readonly Transaction[]) {
    const { hasher } = rig.scoring;
    const changes = payments.map((payment): EntityChange => {
      const { identity, eventTimeMs, amountMinor, currency, entities } = accountEventOf(payment, hasher);
      const account = hasher.text64(payment.accountId);
      return { type: 'transaction', identity, eventTimeMs, amountMinor, currency, account, entities };
    });
    const state = changes.reduce(
      (before, change) => reduceEntity(before, { change, role: 'subject' }, ENTITY_PARAMETERS),
      emptyEntity('terminal'),
    );
    const key = hasher.text64('m-1');
    const store = new RedisEntityStore(rig.connection.redis, rig.keys, { partitions: 1 });
    const records = [{ kind: 'terminal', key, loaded: null, record: encodeEntity(state) } as const];
    await store.apply({ target: 0, sources: [{ source: 0, expected: null, next: '1:1:1:0' }], records });
    return {
      folded: state.folded,
      mark: state.mark,
      name: rig.keys.partition(0).entityPrefix + entityName({ kind: 'terminal', key }),
    };
  }

  const decisionOf = (batch: Awaited<ReturnType<PartitionRig['decide']>>) => {
    const [result] = (batch as CommittedBatch).results;
    if (result?.kind !== 'decided') throw new Error(JSON.stringify(batch));
    return result.decision;
  };

  it('is in the decision as a mark: which changes the record held, or nothing where there is none', async () => {
    expect(decisionOf(await rig.decide(transaction('t1'))).entities).toEqual({
      card: null,
      terminal: null,
      device: null,
      ip: null,
      beneficiary: null,
    });
    const { folded, mark } = await putTerminal([transaction('t1'), transaction('x', { account: 'acct-9', minute: 1 })]);
    const decision = decisionOf(await rig.decide(transaction('t2', { minute: 2 })));
    expect(decision.entities.terminal).toEqual({ folded, mark });
    expect(decision.degradedReasons).not.toContain('entity_unreadable');
  });

  it('is left out, and the decision marked, when its record cannot be read', async () => {
    const { name } = await putTerminal([transaction('t1')]);
    await rig.connection.redis.setrange(name, 20, 'x');
    const decision = decisionOf(await rig.decide(transaction('t2', { minute: 2 })));
    expect(decision.entities.terminal).toBeNull();
    expect(decision.degradedReasons).toContain('entity_unreadable');
  });
});
