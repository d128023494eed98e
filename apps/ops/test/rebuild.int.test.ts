import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { connectRedis, createKafka, StoreKeys } from '#libs/adapters';
import { partitionOf } from '#libs/core';
import { runCommand, type CommandRun } from './run-command.ts';
import { rigConfig, ServiceRig } from './service-rig.ts';

const ACCOUNT = 'acct-1';
const partition = partitionOf(ACCOUNT, 3);
const config = rigConfig();
const connection = connectRedis(config.redis.url, { name: 'test', commandTimeoutMs: 5_000 });
const admin = createKafka({ brokers: config.kafka.brokers, clientId: 'test' }).admin();
let rig: ServiceRig;

const now = Date.now();
const wire = (id: string, minutesAgo: number) => ({
  transaction_id: id,
  account_id: ACCOUNT,
  occurred_at: new Date(now - minutesAgo * 60_000).toISOString(),
  amount_minor: 1_000,
  currency: 'EUR',
});
const rebuild = (...argv: string[]): Promise<CommandRun> =>
  runCommand(['rebuild', '--from-trimmed', ...argv], { config });
const ofPartition = ['--partition', String(partition)];

/** Retention takes the first `offset` records, and Redis loses the partition. */
async function loseAllBefore(offset: number): Promise<void> {
  await admin.deleteTopicRecords({ topic: rig.topics.decisions, partitions: [{ partition, offset: String(offset) }] });
  const names = await connection.redis.keys(`${config.redis.keyPrefix}:{${partition}}:*`);
  await connection.redis.del(...names);
}

async function offsetOfOpen(epoch: number): Promise<number> {
  const { records } = await rig.decisions.read(partition, 0, { maxBytes: 4_000_000, maxWaitMs: 0 });
  const open = records.find(({ headers }) => headers['o'] !== undefined && headers['e'] === String(epoch));
  return open?.offset ?? -1;
}

async function askAndPublish(...transactions: object[]): Promise<void> {
  await rig.ask(transactions);
  const { store } = rig.scoring.ports;
  const settled = async () => {
    const { seq, published } = await store.load(partition, []);
    expect(published).toBe(seq);
  };
  await vi.waitFor(settled, { timeout: 10_000 });
}

beforeAll(async () => {
  await runCommand(['topics', 'create'], { config });
  rig = await ServiceRig.start(config);
  await admin.connect();
  await admin.fetchTopicOffsets(rig.topics.decisions); // kafkajs deletes records of topics that it has met only.
  await askAndPublish(...['t1', 't2', 't3'].map((id, i) => wire(id, 30 - i)));
  await rig.disown();
  await rig.own();
  await askAndPublish(...['t4', 't5'].map((id, i) => wire(id, 20 - i)));
  await rig.disown();
});
afterAll(async () => {
  await rig.stop();
  await admin.disconnect();
  await connection.close();
});

describe('rebuild --from-trimmed', () => {
  it('has nothing to do while no partition is halted, or the log reaches back', async () => {
    const closed = await rebuild('--all', '--yes');
    expect(closed).toMatchObject({ code: 1, out: '' });
    expect(closed.err).toContain('No partition waits for this answer: nothing was done.');
    await rig.tryToOpen(partition);
    expect((await rebuild(...ofPartition, '--yes')).err).toContain(`Partition ${partition}: it is open`);
    const { redis } = connection;
    const { home } = new StoreKeys(config.redis.keyPrefix).partition(partition);
    await redis.set(home, 'closed:nonce:a:b');
    expect((await rebuild(...ofPartition, '--yes')).err).toContain('reaches back to the first record');
    expect((await rebuild('--partition', '7', '--yes')).code).toBe(2);
  });

  it('shows what would be given up, and does nothing without --yes', async () => {
    await loseAllBefore(await offsetOfOpen(2));
    expect(await rig.tryToOpen(partition)).toMatchObject({ status: 'halted' });
    const shown = await rebuild(...ofPartition);
    expect(shown).toMatchObject({ code: 2, out: '' });
    expect(shown.err).toContain(`Partition ${partition}: gives up events 1 to 3, keeps 2 after them`);
    expect(await rig.tryToOpen(partition)).toMatchObject({ status: 'halted' });
  });

  it('says when no owner has opened the partition in time, and leaves the answer standing', async () => {
    const waited = await rebuild(...ofPartition, '--yes', '--wait', '0ms', '--json');
    expect(waited.code).toBe(1);
    expect(JSON.parse(waited.out)).toMatchObject({
      partitions: [{ partition, given_up_to_seq: 3, outcome: 'waiting' }],
    });
  });

  it('is used by the owner at its next try, which opens with what is left', async () => {
    const asked = rebuild('--all', '--yes', '--json');
    const opened = await rig.tryToOpen(partition);
    expect(opened).toMatchObject({ status: 'opened', rebuiltFrom: { seq: 3 }, replayed: 2 });
    const { code, out } = await asked;
    expect({ code, report: JSON.parse(out) }).toMatchObject({
      code: 0,
      report: { partitions: [{ partition, given_up_to_seq: 3, last_seq: 5, outcome: 'rebuilt' }] },
    });
    const answers = await rig.ask([wire('t1', 30), wire('t5', 19), wire('t6', 0)]);
    // A transaction that was decided in what is gone, one that is kept, and one that is new but not yet above the floor.
    expect(answers.map((line) => (JSON.parse(line) as { status: number }).status)).toEqual([422, 422, 422]);
  });
});
