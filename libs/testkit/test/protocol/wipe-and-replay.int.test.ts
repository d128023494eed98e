import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  DEFAULT_POLICY,
  scoreBatch,
  type ItemResult,
  type ScoringPorts,
  type StateStore,
  type Transaction,
} from '#libs/core';
import { INPUT_TOPIC, PartitionRig } from '../../src/rig/partition-rig.ts';
import { transaction, transactions } from '../../src/rig/transactions.ts';
import { storedStates } from './account-states.ts';
import { overriding } from './overriding.ts';

describe('wiping and replaying', () => {
  let rig: PartitionRig;
  const others: PartitionRig[] = [];
  beforeEach(async () => {
    rig = await PartitionRig.start();
  });
  afterEach(async () => {
    for (const started of [rig, ...others.splice(0)]) await started.stop();
  });

  /** Another store than the rig's opens the log and decides: the rig's own becomes a dead branch. */
  async function leaveBehind(behind: PartitionRig, decided: Transaction[]): Promise<PartitionRig> {
    const other = await PartitionRig.start({ log: behind.log });
    others.push(other);
    await other.publish(await other.openWith(decided));
    return other;
  }

  const ids = Array.from({ length: 7 }, (_, i) => `acct-${i}`);
  const states = (): ReturnType<typeof storedStates> => storedStates(rig, ids);
  const kinds = (result: { status: string; results?: readonly ItemResult[] }): string[] =>
    (result.results ?? []).map(({ kind }) => kind);

  it('FLUSHALL', async () => {
    const opened = await rig.open();
    await rig.consume(0, transactions(0, 60));
    await rig.consume(60, transactions(60, 120));
    await rig.publish(opened);
    const before = await states();
    await rig.flush();
    const again = await rig.open();
    expect(again).toMatchObject({ replayed: 120, wiped: true });
    expect(again.input.get(INPUT_TOPIC)).toBe(120);
    expect(await states()).toEqual(before);
    expect(await rig.consume(0, transactions(0, 60))).toMatchObject({ status: 'committed', lastSeq: 120 });
  });

  it('replay interrupted', async () => {
    const opened = await rig.open();
    for (let from = 0; from < 1_100; from += 100) await rig.decide(...transactions(from, from + 100));
    await rig.publish(opened);
    const before = await states();
    await rig.flush();
    let pages = 0;
    const store = overriding(rig.owner.store, {
      apply: (request) => (++pages === 2 ? Promise.reject(new Error('killed')) : rig.owner.store.apply(request)),
    });
    await expect(rig.tryToOpen({ store })).rejects.toThrow('killed');
    expect(await rig.open()).toMatchObject({ wiped: false, replayed: 1_100 - 512, epoch: 3 });
    expect(await states()).toEqual(before);
  });

  it('replay and commit give one account the same version', async () => {
    const opened = await rig.openWith(transactions(0, 7));
    await rig.publish(opened);
    const beforeTheTail = await rig.copy();
    // One batch: both accounts get version 9, and a door reads acct-0 at that.
    await rig.decide(
      transaction('lost', { account: 'acct-0', minute: 8 }),
      transaction('l2', { account: 'acct-1', minute: 8 }),
    );
    const read = await rig.scoring.store.load(0, ['acct-0']);
    expect(read.accounts[0]?.version).toBe(9);
    await rig.restore(beforeTheTail);
    const next = await rig.open();
    const [eighth, ninth] = ['n8', 'n9'].map((id) => transaction(id, { account: 'acct-1', minute: 9 }));
    if (eighth === undefined || ninth === undefined) throw new Error('two transactions');
    await rig.decide(eighth, ninth);
    await rig.publish(next);
    await rig.flush();
    await rig.open();
    const reader = transaction('reader', { account: 'acct-0', minute: 10 });
    expect(await commitAfterReading(read, reader, {})).toMatchObject({ status: 'closed' });
    // Even one that knows the new home would be told by the version.
    const { home, seq } = await rig.scoring.store.load(0, []);
    expect(await commitAfterReading(read, reader, { home, seq })).toMatchObject({ status: 'conflict' });
    expect((await rig.scoring.store.load(0, ['acct-0'])).accounts[0]?.version).toBe(1);
  });

  async function commitAfterReading(
    read: Awaited<ReturnType<StateStore['load']>>,
    item: Transaction,
    known: Partial<typeof read>,
  ) {
    const store = overriding<StateStore>(rig.scoring.store, { load: async () => ({ ...read, ...known }) });
    const items = [{ kind: 'transaction', transaction: item, original: null } as const];
    return scoreBatch({ partition: 0, input: null, items }, { ...rig.scoring, store });
  }

  it('replays each outcome as it was recorded, whatever model and policy say now', async () => {
    const costs = { ...DEFAULT_POLICY.costs, falseHoldMinor: 0, falseHoldShare: 0, reviewMinor: 0 };
    const strict: ScoringPorts = { ...rig.scoring, policy: { ...DEFAULT_POLICY, version: 'strict', costs } };
    const opened = await rig.open();
    const items = transactions(0, 7).map((one) => ({ kind: 'transaction', transaction: one, original: null }) as const);
    const decided = await scoreBatch({ partition: 0, input: null, items }, strict);
    const outcomes =
      decided.status === 'committed'
        ? decided.results.map((one) => one.kind === 'decided' && one.decision.outcome)
        : [];
    expect(outcomes).toEqual(Array.from({ length: 7 }, () => 'hold'));
    await rig.publish(opened);
    const before = await states();
    await rig.flush();
    await rig.open();
    expect(await states()).toEqual(before);
    const again = await rig.decide(...transactions(0, 7));
    expect(again.status === 'committed' && again.results).toMatchObject(
      Array.from({ length: 7 }, () => ({ kind: 'duplicate', first: { outcome: 'hold' } })),
    );
  });

  it('wipe decided before it is known that the log reaches back', async () => {
    await rig.openWith(transactions(0, 20));
    const only = await rig.copy();
    const other = await leaveBehind(rig, transactions(100, 110));
    await other.publish(await other.openWith(transactions(110, 115)));
    rig.log.trim(
      0,
      rig.log.records(0).findLastIndex(({ headers }) => headers['o'] !== undefined),
    );
    expect(await rig.tryToOpen()).toMatchObject({ status: 'halted' });
    const withoutHome = (copy: typeof only): typeof only => copy.filter(([name]) => name !== 'home');
    expect(withoutHome(await rig.copy())).toEqual(withoutHome(only));
    expect(await rig.decide(transaction('new'))).toMatchObject({ status: 'closed' });
  });

  it('leftover `outbox`, `v` or overflow record after a wipe', async () => {
    const behind = await PartitionRig.start({ logCap: 2 });
    others.push(behind);
    const one = (id: string, minute: number) => transaction(id, { account: 'busy', minute });
    const dead = Array.from({ length: 40 }, (_, i) => one(`dead${i}`, i));
    await behind.open();
    for (const item of dead) await behind.decide(item);
    await behind.decide(transaction('gone', { account: 'gone' }));
    expect((await behind.keyNames()).filter((name) => name.startsWith('o:')).length).toBeGreaterThan(10);
    await leaveBehind(behind, transactions(0, 3));
    expect(await behind.open()).toMatchObject({ wiped: true, replayed: 3 });
    expect(await behind.keyNames()).toEqual([
      'a:acct-0',
      'a:acct-1',
      'a:acct-2',
      'epoch',
      'home',
      'pos',
      'pub',
      'seq',
      'v',
    ]);
    expect((await behind.scoring.store.load(0, ['gone', 'busy'])).accounts.map(({ version }) => version)).toEqual([
      null,
      null,
    ]);
    // The new history makes the account busy again, and its buckets are asked.
    for (let i = 0; i < 40; i++) expect(await behind.decide(one(`new${i}`, i))).toMatchObject({ status: 'committed' });
    const again = await behind.decide(...dead);
    expect(kinds(again)).toEqual(dead.map(() => 'decided'));
  });

  it('a wipe of a large partition, interrupted and continued, leaves nothing', async () => {
    const behind = await PartitionRig.start({ logCap: 1 });
    others.push(behind);
    await behind.open();
    for (let from = 0; from < 3_000; from += 100) {
      const accounts = Array.from({ length: 100 }, (_, i) => `large-${from + i}`);
      await behind.decide(
        ...accounts.flatMap((account) => [0, 1].map((minute) => transaction(`t${minute}`, { account, minute }))),
      );
    }
    expect((await behind.keyNames()).length).toBeGreaterThan(6_000);
    await leaveBehind(behind, transactions(0, 3));
    let pages = 0;
    const store = overriding(behind.owner.store, {
      wipePage: (...request) =>
        ++pages === 5 ? Promise.reject(new Error('killed')) : behind.owner.store.wipePage(...request),
    });
    await expect(behind.tryToOpen({ store })).rejects.toThrow('killed');
    const left = (await behind.keyNames()).length;
    expect(left).toBeGreaterThan(1_000);
    expect(left).toBeLessThan(6_000);
    expect(await behind.decide(transaction('new'))).toMatchObject({ status: 'closed' });
    expect(await behind.open()).toMatchObject({ wiped: true, replayed: 3 });
    expect((await behind.keyNames()).filter((name) => /large|outbox/.test(name))).toEqual([]);
    expect(await behind.connection.redis.hlen(behind.keys.partition(0).versions)).toBe(3);
  });
});
