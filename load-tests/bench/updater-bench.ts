import { connectRedis, RedisEntityStore, StoreKeys, waitForRedis } from '#libs/adapters';
import { createEventCodec } from '#libs/contracts';
import {
  createHasher,
  ENTITY_FOLD,
  entityChangesOf,
  EntityUpdater,
  partitionOf,
  type Transaction,
  type UpdaterHooks,
} from '#libs/core';
import { systemClock } from '#libs/platform';
import { simulate, transactionOf } from '#libs/simulator';
import { updaterLimits } from '../../apps/worker/src/create-entity-updater.ts';
import { approvalOf, GrowingLog } from './growing-log.ts';
import { type BenchResult, type Measured, ownCpuUs, summarise } from './measured-cpu.ts';
import { redisUsage } from './redis-cpu.ts';

const PARTITIONS = 12;
const ACCOUNTS = 600;
const DAYS = 60;
const WARM_UP = 30_000;
const ROUNDS = 5;
const TRANSACTIONS = 8_000;
/** As a worker has them by default. */
const LIMITS = updaterLimits({ batchEvents: 512, gapMs: 10 });

const hasher = createHasher(new Uint8Array(16).fill(1));

/** Which terminals transactions are made at: as simulated, or three of ten at one. */
type Traffic = 'plain' | 'one terminal in 30 %';

/**
 * The entity updater on a real Redis, catching up with a log in memory: what one update of one entity costs this process, which reads and decodes the log
 * too, and what it costs Redis. Each transaction is an update of every entity that it involves.
 */
export async function benchUpdater(redisUrl: string): Promise<BenchResult> {
  const plain = await measureTraffic(redisUrl, 'plain');
  const hot = await measureTraffic(redisUrl, 'one terminal in 30 %');
  return {
    bench: 'updater',
    conditions: {
      log: 'in memory',
      partitions: PARTITIONS,
      accounts: ACCOUNTS,
      warmUp: WARM_UP,
      rounds: ROUNDS,
      transactionsPerRound: TRANSACTIONS,
      limits: LIMITS,
      appendOnlyFile: true,
    },
    stages: [...plain.stages, ...hot.stages],
    figures: { 'traffic plain': plain.figures, 'one terminal in 30 %': hot.figures },
  };
}

interface Round {
  readonly updates: number;
  readonly seconds: number;
  readonly ownUs: number;
  readonly redisUs: number;
}

async function measureTraffic(
  redisUrl: string,
  traffic: Traffic,
): Promise<{ stages: Measured[]; figures: Record<string, unknown> }> {
  const connection = connectRedis(redisUrl, { name: 'bench', commandTimeoutMs: 10_000 });
  await waitForRedis(connection.redis, 10_000);
  await connection.redis.flushall();
  const log = new GrowingLog(PARTITIONS);
  const progress = new Progress();
  const updater = updaterOf(new RedisEntityStore(connection.redis, new StoreKeys('bench'), { partitions: PARTITIONS }), log, progress.hooks); // prettier-ignore
  const ended = updater.run().catch((error: unknown) => progress.fail(error));
  const history = transactionsOf(traffic);
  const round = async (count: number): Promise<Round> => {
    const updates = write(log, history.splice(0, count));
    const redisBefore = await redisUsage(connection.redis);
    const [before, startedAt] = [process.cpuUsage(), performance.now()];
    const done = progress.reaches(updates);
    log.show();
    await done;
    const ownUs = ownCpuUs(before);
    const seconds = (performance.now() - startedAt) / 1_000;
    return { updates, seconds, ownUs, redisUs: (await redisUsage(connection.redis)).cpuUs - redisBefore.cpuUs };
  };
  try {
    await round(WARM_UP);
    const rounds: Round[] = [];
    for (let i = 0; i < ROUNDS; i++) rounds.push(await round(TRANSACTIONS));
    return resultOf(traffic, rounds);
  } finally {
    updater.stop();
    await ended;
    await connection.close();
  }
}

function updaterOf(store: RedisEntityStore, log: GrowingLog, hooks: UpdaterHooks): EntityUpdater<unknown> {
  const ports = { store, log, codec: createEventCodec(), hasher, clock: systemClock, fold: ENTITY_FOLD };
  const updater = new EntityUpdater(ports, { partitions: PARTITIONS, limits: LIMITS, hooks });
  for (let partition = 0; partition < PARTITIONS; partition++) updater.add(partition);
  return updater as EntityUpdater<unknown>;
}

/** Writes transactions to the log and says how many updates they are. */
function write(log: GrowingLog, transactions: readonly Transaction[]): number {
  let updates = 0;
  for (const transaction of transactions) {
    const event = approvalOf(transaction);
    log.write(partitionOf(transaction.accountId, PARTITIONS), event);
    for (const change of entityChangesOf(event, hasher)) updates += ENTITY_FOLD.touchedBy(change).length;
  }
  return updates;
}

function transactionsOf(traffic: Traffic): Transaction[] {
  const transactions: Transaction[] = [];
  for (const event of simulate({ seed: 5, accounts: ACCOUNTS, startMs: Date.UTC(2026, 0, 1), days: DAYS })) {
    const isHot = traffic !== 'plain' && transactions.length % 10 < 3;
    const made = isHot ? { ...event, transaction: { ...event.transaction, terminal_id: 'terminal-hot' } } : event;
    transactions.push(transactionOf(made));
    if (transactions.length === WARM_UP + ROUNDS * TRANSACTIONS) return transactions;
  }
  throw new Error(`only ${transactions.length} transactions were simulated`);
}

function resultOf(
  traffic: Traffic,
  rounds: readonly Round[],
): { stages: Measured[]; figures: Record<string, unknown> } {
  const own = summarise(`update, process, ${traffic}`, rounds.map(({ ownUs, updates }) => ownUs / updates)); // prettier-ignore
  const redis = summarise(`update, Redis, ${traffic}`, rounds.map(({ redisUs, updates }) => redisUs / updates)); // prettier-ignore
  const perSecond = ({ cpuUsPerTransaction }: Measured): number => Math.floor(1e6 / cpuUsPerTransaction);
  return {
    stages: [own, redis],
    figures: {
      updatesPerTransaction: rounds[0] === undefined ? 0 : rounds[0].updates / TRANSACTIONS,
      updatesPerSecondAndCore: { process: perSecond(own), redis: perSecond(redis) },
      transactionsPerSecond: rounds.map(({ seconds }) => Math.round(TRANSACTIONS / seconds)),
    },
  };
}

/** How many updates have been written, and what went wrong: in a benchmark nothing may. */
class Progress {
  #updates = 0;
  #awaited = Infinity;
  #resolve: () => void = () => undefined;
  #reject: (error: unknown) => void = () => undefined;

  readonly hooks: UpdaterHooks = {
    updated: (_records, changes) => {
      this.#updates += changes;
      if (this.#updates > this.#awaited) this.fail(new Error('An update was made twice'));
      if (this.#updates === this.#awaited) this.#resolve();
    },
    refused: (reason) => this.fail(new Error(`A step was refused: ${reason}`)),
    retried: (code) => this.fail(new Error(`A fault: ${code}`)),
    restarted: (source) => this.fail(new Error(`Source ${source} was started anew`)),
    halted: (source, reason) => this.fail(new Error(`Source ${source} halted: ${reason}`)),
    lost: (source) => this.fail(new Error(`Source ${source} lost events`)),
    corrupt: (_entity, reason) => this.fail(new Error(reason)),
    mended: () => undefined,
    outOfReach: () => undefined,
  };

  /** Resolves when so many more have been written. */
  reaches(updates: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#awaited = updates;
      this.#updates = 0;
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  fail(error: unknown): void {
    this.#reject(error);
  }
}
