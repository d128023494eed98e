import { describe, expect, it } from 'vitest';
import { TransientFault } from '#libs/core';
import { stateStoreContract } from '../contracts/state-store-contract.ts';
import { CONTRACT_OUTBOX_LIMIT, openPartitionOf } from '../contracts/store-subject.ts';
import { InMemoryStore, type StoreSnapshot } from './in-memory-store.ts';

stateStoreContract('the store in memory', async () => {
  const store = new InMemoryStore({ outboxLimit: CONTRACT_OUTBOX_LIMIT });
  return {
    state: store,
    partitions: store,
    mark: async () => store.snapshot(),
    restart: async (mark) => store.restart(mark as StoreSnapshot | undefined),
    askRebuild: (partition, claim) => store.askRebuild(partition, claim),
    close: async () => undefined,
  };
});

describe('the server of the store in memory', () => {
  it('keeps its run_id and gets another history when there was a failover away from it and back', async () => {
    const store = new InMemoryStore({ outboxLimit: 10 });
    const home = await openPartitionOf(store, 0);
    store.failOverAndBack();
    expect(await store.commit({ partition: 0, home, input: null, accounts: [], events: [] })).toEqual({
      status: 'closed',
    });
    const again = await openPartitionOf(store, 0);
    expect(again.slice(0, 40)).toBe(home.slice(0, 40));
    expect(again.slice(41, 81)).not.toBe(home.slice(41, 81));
  });

  it('is out of reach when it is told to be, and then as it was', async () => {
    const store = new InMemoryStore({ outboxLimit: 10 });
    const home = await openPartitionOf(store, 0);
    store.away = true;
    await expect(store.load(0, [])).rejects.toThrow(TransientFault);
    await expect(store.replicated()).rejects.toThrow(TransientFault);
    store.away = false;
    expect((await store.load(0, [])).home).toBe(home);
  });

  it('has snapshots that later writes do not change', async () => {
    const store = new InMemoryStore({ outboxLimit: 10 });
    const home = await openPartitionOf(store, 0, { t: 1 });
    const snapshot = store.snapshot();
    await store.raiseInput(0, home, 't', 9);
    store.restart(snapshot);
    await store.begin(0, 'n');
    store.restart(snapshot);
    expect(await store.load(0, [])).toMatchObject({ home, input: new Map([['t', 1]]) });
  });
});
