import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type AccountReading, findTransaction, readAccount, type ReadAccount, type StateStore } from '#libs/core';
import { PartitionRig } from '../../src/rig/partition-rig.ts';
import { transaction } from '../../src/rig/transactions.ts';
import { overriding } from './overriding.ts';

const START_MS = Date.UTC(2026, 0, 1);
const MINUTE_MS = 60_000;
const nth = (i: number) => transaction(`t${i}`, { minute: i });

/** How often something happens between the reads of one look: at most so many times. */
const OFTEN = 100;

describe('an account that is only looked at', () => {
  let rig: PartitionRig;
  beforeEach(async () => {
    rig = await PartitionRig.start();
  });
  afterEach(() => rig.stop());

  async function read(store: StateStore = rig.scoring.store, atMs: number | null = null): Promise<ReadAccount> {
    return readAccount({ partition: 0, accountId: 'acct-1', atMs }, { ...rig.scoring, store });
  }

  function valueOf({ inputs }: AccountReading, name: string): number | null | undefined {
    return inputs.find(({ feature }) => feature.name === name)?.value;
  }

  /** A store in which `between` happens after each load, the first `times` times, before what was loaded is given. */
  function interrupted(between: () => Promise<unknown>, times: number): StateStore {
    let left = times;
    const { store } = rig.scoring;
    return overriding(store, {
      load: async (partition, accountIds) => {
        const loaded = await store.load(partition, accountIds);
        if (left-- <= 0) return loaded;
        await between();
        // Home and versions are read before records.
        const { accounts } = await store.load(partition, accountIds);
        const torn = loaded.accounts.map(({ version }, i) => ({ version, record: accounts[i]?.record ?? null }));
        return { ...loaded, accounts: torn };
      },
    });
  }

  it('says what the next transaction would be scored with', async () => {
    await rig.openWith([nth(0), nth(1), nth(2)]);
    const result = await read();
    expect(result).toMatchObject({ status: 'read', reading: { atMs: START_MS + 2 * MINUTE_MS, version: 3 } });
    const { reading } = result as Extract<ReadAccount, { status: 'read' }>;
    expect(['acct_cnt_1m', 'acct_cnt_5m', 'acct_trim_mean_60d'].map((name) => valueOf(reading, name))).toEqual([
      1, 3, 10,
    ]);
    expect(await read(rig.scoring.store, START_MS + MINUTE_MS)).toMatchObject({ status: 'read' });
    expect(await read(rig.scoring.store, START_MS - 2_000 * MINUTE_MS)).toEqual({ status: 'too_late' });
    expect(await read(rig.scoring.store, Date.now() + 3_600_000)).toEqual({ status: 'from_the_future' });
  });

  it('is unknown, or is not shown while its partition is closed', async () => {
    expect(await read()).toEqual({ status: 'closed' });
    await rig.open();
    expect(await read()).toEqual({ status: 'unknown' });
  });

  it('is read again when it was written between the reads, and is never half of two states', async () => {
    await rig.openWith([nth(0)]);
    let next = 1;
    const writing = (times: number) => interrupted(async () => rig.decide(nth(next++)), times);
    expect(await read(writing(2))).toMatchObject({ status: 'read', reading: { version: 3 } });
    await expect(read(writing(OFTEN))).rejects.toMatchObject({ code: 'torn_read' });
  });

  it('is not taken for unknown in a store that is emptied meanwhile, nor is its transaction', async () => {
    const { store } = rig.scoring;
    const emptied = overriding(store, {
      load: async (partition, accountIds) => {
        const loaded = await store.load(partition, accountIds);
        await rig.flush();
        return { ...loaded, accounts: accountIds.map(() => ({ version: null, record: null })) };
      },
    });
    await rig.openWith([nth(0)]);
    expect(await read(emptied)).toEqual({ status: 'closed' });
    await rig.openWith([nth(0)]);
    const identity = { accountId: 'acct-1', transactionId: 't0', eventType: 'authorization' } as const;
    const asked = { partition: 0, identity };
    expect(await findTransaction(asked, { ...rig.scoring, store: emptied })).toEqual({ status: 'closed' });
  });

  it('is not shown when its record is damaged: the partition closes, and it is made anew', async () => {
    await rig.openWith([nth(0), nth(1)]);
    const before = await read();
    const key = rig.keys.partition(0).account('acct-1');
    await rig.connection.redis.setrange(key, 40, 'x');
    expect(await read()).toEqual({ status: 'closed' });
    expect((await rig.open()).mended).toEqual(['acct-1']);
    expect(await read()).toEqual(before);
  });
});
