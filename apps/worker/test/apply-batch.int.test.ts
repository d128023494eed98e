import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTransactionParser } from '#libs/contracts';
import { openPartition, partitionOf, type StateStore, type TransactionRejected } from '#libs/core';
import { INPUT_TOPIC, InMemoryLog, PartitionRig } from '#libs/testkit';
import { applyBatch, type Forward, type InputWork } from '../src/apply-batch.ts';
import { FORWARDED_HEADER, type InputRecord, transactionReader } from '../src/read-record.ts';
import { idleGuard } from './idle-guard.ts';

const PARTITIONS = 4;
const accountsOf = (partition: number): string[] =>
  Array.from({ length: 200 }, (_, i) => `acct-${i}`).filter((id) => partitionOf(id, PARTITIONS) === partition);
const [here = ''] = accountsOf(0);
const [elsewhere = ''] = accountsOf(1);

function record(offset: number, accountId: string, headers: Record<string, string> = {}): InputRecord {
  const occurredAt = new Date(Date.UTC(2026, 0, 1, 0, offset)).toISOString();
  const wire = {
    transaction_id: `t${offset}`,
    account_id: accountId,
    occurred_at: occurredAt,
    amount_minor: 100,
    currency: 'EUR',
  };
  return { offset, key: Buffer.from(accountId), value: Buffer.from(JSON.stringify(wire)), headers };
}

describe('deciding a fetched stretch', () => {
  let rig: PartitionRig;
  let forwarded: Parameters<Forward>[1][number][];
  let work: InputWork;
  const applied: number[] = [];
  const progress = {
    committed: (_: unknown, next: number) => void applied.push(next),
    refused: () => undefined,
    abandoned: () => false,
  };
  const rejections = (): TransactionRejected[] =>
    rig.validEvents().flatMap(({ event }) => (event.type === 'transaction.rejected' ? [event] : []));

  beforeEach(async () => {
    rig = await PartitionRig.start();
    forwarded = [];
    applied.length = 0;
    work = {
      topic: INPUT_TOPIC,
      partitions: PARTITIONS,
      ports: rig.scoring,
      read: transactionReader(createTransactionParser({ unknownFields: 'ignore', refuseCardNumbers: true })),
      forward: async (_, records) => void forwarded.push(...records),
      guard: idleGuard(),
      forwarded: () => undefined,
      unknownFields: () => undefined,
      limits: { batchTransactions: 2, batchBytes: 1_000_000 },
    };
  });
  afterEach(() => rig.stop());

  it('commits in stretches that leave no hole, and ends where the stretch ends', async () => {
    await rig.open();
    const records = [0, 1, 5, 7, 8].map((offset) => record(offset, here));
    expect(await applyBatch({ partition: 0, from: 0, to: 11, records }, work, progress)).toBe(11);
    expect(applied).toEqual([5, 8, 11]);
    expect((await rig.scoring.store.load(0, [])).input.get(INPUT_TOPIC)).toBe(11);
  });

  it('cuts commits by bytes too, keys included, but commits at least one record', async () => {
    await rig.open();
    const large = { ...record(0, here), key: new Uint8Array(2_000) };
    const records = [large, ...[1, 2, 3].map((offset) => ({ ...record(offset, here), key: new Uint8Array(400) }))];
    const limits = { batchTransactions: 64, batchBytes: 1_500 };
    expect(await applyBatch({ partition: 0, from: 0, to: 4, records }, { ...work, limits }, progress)).toBe(4);
    expect(applied).toEqual([1, 3, 4]);
  });

  it('rejects a record of another partition that would not fit into the topic once more', async () => {
    const opened = await rig.open();
    const records = [{ ...record(0, elsewhere), key: new Uint8Array(262_000) }];
    expect(await applyBatch({ partition: 0, from: 0, to: 1, records }, work, progress)).toBe(1);
    await rig.publish(opened);
    expect(forwarded).toEqual([]);
    expect(rejections().map(({ reason, detail }) => [reason, detail.includes('too large')])).toEqual([
      ['wrong_partition', true],
    ]);
  });

  it('forwards a record of another partition once, and goes past it only then', async () => {
    await rig.open();
    const records = [record(0, elsewhere), record(1, here)];
    expect(await applyBatch({ partition: 0, from: 0, to: 2, records }, work, progress)).toBe(2);
    expect(forwarded).toMatchObject([{ partition: 1, value: records[0]?.value, headers: { [FORWARDED_HEADER]: '1' } }]);
    expect((await rig.scoring.store.load(0, [])).seq).toBe(1);
  });

  it('does not pass a record that could not be forwarded', async () => {
    await rig.open();
    let tries = 0;
    const { TransientFault } = await import('#libs/core');
    work = { ...work, forward: () => Promise.reject(new TransientFault('send_failed', 'no broker')) };
    const abandoned = () => ++tries > 3;
    expect(
      await applyBatch({ partition: 0, from: 0, to: 1, records: [record(0, elsewhere)] }, work, {
        ...progress,
        abandoned,
      }),
    ).toBe(0);
    expect((await rig.scoring.store.load(0, [])).input.get(INPUT_TOPIC)).toBeUndefined();
  });

  it('wrong partition, with a crash between forward and commit: forwarded again, and decided once', async () => {
    const both = await PartitionRig.start({ log: new InMemoryLog({ partitions: 2 }) });
    try {
      await both.open();
      expect(await openPartition(1, both.owner, () => undefined)).toMatchObject({ status: 'opened' });
      const crashing: StateStore = {
        load: (...asked) => both.scoring.store.load(...asked),
        loadOverflow: (...asked) => both.scoring.store.loadOverflow(...asked),
        commit: () => Promise.reject(new Error('killed')),
        reportDamage: (...report) => both.scoring.store.reportDamage(...report),
        published: (partition) => both.scoring.store.published(partition),
        replicated: (timeoutMs) => both.scoring.store.replicated(timeoutMs),
      };
      const stretch = { partition: 0, from: 0, to: 2, records: [record(0, elsewhere), record(1, here)] };
      const crashed = { ...work, ports: { ...both.scoring, store: crashing } };
      await expect(applyBatch(stretch, crashed, progress)).rejects.toThrow('killed');
      work = { ...work, ports: both.scoring };
      expect(await applyBatch(stretch, work, progress)).toBe(2);
      expect(forwarded).toHaveLength(2);
      const copies = forwarded.map(({ key, value, headers }, offset) => ({ offset, key, value, headers }));
      expect(await applyBatch({ partition: 1, from: 0, to: 2, records: copies }, work, progress)).toBe(2);
      const { seq, input } = await both.scoring.store.load(1, []);
      expect([seq, input.get(INPUT_TOPIC)]).toEqual([1, 2]);
      expect((await both.scoring.store.load(0, [])).seq).toBe(1);
    } finally {
      await both.stop();
    }
  });

  it('rejects one that was forwarded already, and every record that cannot be read, each once, and goes on', async () => {
    const opened = await rig.open();
    const bad = [Buffer.from('{"a":'), Buffer.from([0xff, 0xfe]), null, Buffer.from('[]')];
    const records: InputRecord[] = [
      record(0, elsewhere, { [FORWARDED_HEADER]: '1' }),
      ...bad.map((value, i) => ({ offset: i + 1, key: null, value, headers: {} })),
      record(5, here),
    ];
    expect(await applyBatch({ partition: 0, from: 0, to: 6, records }, work, progress)).toBe(6);
    await applyBatch({ partition: 0, from: 0, to: 6, records }, work, progress);
    await rig.publish(opened);
    expect(forwarded).toEqual([]);
    expect(rejections().map(({ reason }) => reason)).toEqual([
      'wrong_partition',
      'malformed',
      'malformed',
      'malformed',
      'malformed',
    ]);
    expect(rejections().map(({ original }) => original.offset)).toEqual([0, 1, 2, 3, 4]);
    expect(rejections()[2]?.original.value && Buffer.from(rejections()[2]?.original.value ?? [])).toEqual(
      Buffer.from([0xff, 0xfe]),
    );
    expect(rig.deadLetters.copied).toHaveLength(5);
    expect(rig.validEvents()).toHaveLength(6);
  });

  it('ignores and counts the fields that a newer producer has added', async () => {
    await rig.open();
    const counted: number[] = [];
    const withMore = (offset: number, more: object): InputRecord => {
      const wire = JSON.parse(String(record(offset, here).value)) as object;
      return { ...record(offset, here), value: Buffer.from(JSON.stringify({ ...wire, ...more })) };
    };
    const records = [withMore(0, { later: 1 }), record(1, here), withMore(2, { later: 1, merchant: { more: 2 } })];
    const counting = { ...work, unknownFields: (fields: number) => void counted.push(fields) };
    await applyBatch({ partition: 0, from: 0, to: 3, records }, counting, progress);
    expect(counted).toEqual([1, 2]);
    expect((await rig.scoring.store.load(0, [])).seq).toBe(3);
  });

  it('goes back to where the store stands when that is behind', async () => {
    await rig.open();
    expect(await applyBatch({ partition: 0, from: 4, to: 5, records: [record(4, here)] }, work, progress)).toBe(0);
    expect((await rig.scoring.store.load(0, [])).seq).toBe(0);
  });
});
