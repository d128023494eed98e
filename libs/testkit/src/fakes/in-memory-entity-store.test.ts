import { expect, it } from 'vitest';
import { entityStoreContract } from '../contracts/entity-store-contract.ts';
import { CONTRACT_TARGETS } from '../contracts/entity-store-subject.ts';
import { type EntitySnapshot, InMemoryEntityStore } from './in-memory-entity-store.ts';

entityStoreContract('the fake', async () => {
  const store = new InMemoryEntityStore({ partitions: CONTRACT_TARGETS });
  return {
    store,
    snapshot: async () => store.snapshot(),
    restore: async (snapshot) => store.restore(snapshot as EntitySnapshot | undefined),
    close: async () => undefined,
  };
});

it('fails every call while it is away', async () => {
  const store = new InMemoryEntityStore({ partitions: 1 });
  store.away = true;
  const fault = { name: 'TransientFault', code: 'store_unreachable' };
  await expect(store.load([])).rejects.toMatchObject(fault);
  await expect(store.positions([], [])).rejects.toMatchObject(fault);
  await expect(store.apply({ target: 0, sources: [], records: [] })).rejects.toMatchObject(fault);
});
