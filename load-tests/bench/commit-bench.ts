import { connectRedis, RedisPartitionStore, RedisStateStore, StoreKeys, waitForRedis } from '#libs/adapters';
import type { AccountWrite, EncodedEvent } from '#libs/core';
import { type BenchResult, ownCpuUs, round2, summarise, type Measured } from './measured-cpu.ts';
import { redisUsage } from './redis-cpu.ts';

const ROUNDS = 7;
const TRANSACTIONS = 6_400;
const ACCOUNTS = 2_000;
const RECORD_BYTES = 2_304;
const EVENT_BYTES = 1_400;
const BATCHES = [8, 64];
const KEPT_EVENTS = 2_000;
const PARTITION = 0;

interface Stores {
  readonly connection: ReturnType<typeof connectRedis>;
  readonly state: RedisStateStore;
  readonly owner: RedisPartitionStore;
  readonly home: string;
}

/**
 * What the store costs, with all guards on: loading a batch's accounts, committing it, and what the relay asks for it. One partition, each transaction
 * on an account of its own, records of a median account's size, append-only file on. Client: this process; Redis: its own counters.
 */
export async function benchCommit(redisUrl: string): Promise<BenchResult> {
  const connection = connectRedis(redisUrl, { name: 'bench', commandTimeoutMs: 10_000 });
  await waitForRedis(connection.redis, 10_000);
  try {
    const stores = await openStores(connection);
    const versions = new Map<string, number>();
    const stages: Measured[] = [];
    const scriptMs: Record<string, number> = {};
    for (const batch of BATCHES) {
      await round(stores, batch, versions);
      const rounds: RoundFigures[] = [];
      for (let i = 0; i < ROUNDS; i++) rounds.push(await round(stores, batch, versions));
      const of = (name: Exclude<keyof RoundFigures, 'scriptMs'>, side: 'client' | 'Redis'): Measured =>
        summarise(
          `${name}, ${side}, batches of ${batch}`,
          rounds.map((figures) => figures[name][side] / TRANSACTIONS),
        );
      for (const name of ['load', 'commit', 'relay'] as const) stages.push(of(name, 'client'), of(name, 'Redis'));
      scriptMs[`batches of ${batch}`] = round2(
        rounds.map((figures) => figures.scriptMs).toSorted((a, b) => a - b)[ROUNDS >> 1] ?? 0,
      );
    }
    return {
      bench: 'commit',
      conditions: {
        recordBytes: RECORD_BYTES,
        eventBytes: EVENT_BYTES,
        accounts: ACCOUNTS,
        rounds: ROUNDS,
        transactionsPerRound: TRANSACTIONS,
        appendOnlyFile: true,
      },
      stages,
      figures: { commitScriptMs: scriptMs },
    };
  } finally {
    await connection.close();
  }
}

async function openStores(connection: Stores['connection']): Promise<Stores> {
  const { redis } = connection;
  const keys = new StoreKeys('bench');
  const state = new RedisStateStore(redis, keys, { outboxLimit: 1e9 });
  // Nothing here waits for a wake-up, so one connection will do.
  const owner = new RedisPartitionStore(redis, redis, keys);
  const began = await owner.begin(PARTITION, 'bench');
  const opened = await owner.open({
    partition: PARTITION,
    home: began.home,
    epoch: 1,
    base: 0,
    position: '0:0:0:0',
    lowWatermarks: new Map(),
  });
  if (opened.status !== 'ok') throw new Error('The partition could not be opened');
  return { connection, state, owner, home: opened.home };
}

interface SideCpuUs {
  readonly client: number;
  readonly Redis: number;
}

interface RoundFigures {
  readonly load: SideCpuUs;
  readonly commit: SideCpuUs;
  readonly relay: SideCpuUs;
  readonly scriptMs: number;
}

/** Loads, then commits, then relays the same transactions, so that each can be measured by itself. */
async function round(stores: Stores, batch: number, versions: Map<string, number>): Promise<RoundFigures> {
  const { state, owner, home, connection } = stores;
  const batches = Array.from({ length: TRANSACTIONS / batch }, (_, i) => accountsOf(i, batch));
  const before = await state.load(PARTITION, []);
  const load = await measure(connection, async () => {
    for (const accountIds of batches) await state.load(PARTITION, accountIds);
  });
  const scripts = await redisUsage(connection.redis);
  const commit = await measure(connection, async () => {
    for (const accountIds of batches) {
      const accounts = accountIds.map((accountId): AccountWrite => ({
        accountId,
        version: versions.get(accountId) ?? null,
        record: RECORD,
        overflow: new Map(),
      }));
      const result = await state.commit({
        partition: PARTITION,
        home,
        input: null,
        accounts,
        events: EVENTS.slice(0, batch),
      });
      if (result.status !== 'committed') throw new Error(`The commit came to ${result.status}`);
      for (const accountId of accountIds) versions.set(accountId, result.lastSeq);
    }
  });
  const scriptsAfter = await redisUsage(connection.redis);
  let sent = before.seq;
  const relay = await measure(connection, async () => {
    for (let i = 0; i < batches.length; i++) {
      const page = await owner.readOutbox(PARTITION, home, sent, 1);
      if (page.status !== 'ok') throw new Error('The partition is no longer open');
      sent = page.entries.at(-1)?.lastSeq ?? sent;
      await owner.trim({
        partition: PARTITION,
        home,
        epoch: 1,
        publishedSeq: sent,
        position: '0:0:0:0',
        deadLetterSeq: sent,
        keepFromSeq: Math.max(0, sent - KEPT_EVENTS),
      });
    }
  });
  const scriptMs =
    (scriptsAfter.scriptUs - scripts.scriptUs) / (scriptsAfter.scriptCalls - scripts.scriptCalls) / 1_000;
  return { load, commit, relay, scriptMs };
}

async function measure({ redis }: Stores['connection'], work: () => Promise<void>): Promise<SideCpuUs> {
  const redisBefore = await redisUsage(redis);
  const before = process.cpuUsage();
  await work();
  const client = ownCpuUs(before);
  return { client, Redis: (await redisUsage(redis)).cpuUs - redisBefore.cpuUs };
}

/** The accounts of the i-th batch: all of them in turn. */
function accountsOf(i: number, batch: number): string[] {
  return Array.from({ length: batch }, (_, k) => `acct-${String((i * batch + k) % ACCOUNTS).padStart(12, '0')}`);
}

const RECORD = new Uint8Array(RECORD_BYTES).fill(7);
const EVENTS = Array.from({ length: Math.max(...BATCHES) }, (_, i): EncodedEvent => ({
  key: Buffer.from(`acct-${String(i).padStart(12, '0')}`),
  headers: {
    ce_id: `evt-${i}`,
    ce_type: 'decision.made',
    ce_source: 'holdfast',
    ce_specversion: '1.0',
    ce_time: '2026-01-01T00:00:00.000Z',
  },
  value: new Uint8Array(EVENT_BYTES).fill(65 + (i % 26)),
}));
