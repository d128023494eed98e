import { randomBytes, randomUUID } from 'node:crypto';
import {
  connectRedis,
  RedisEntityStore,
  RedisPartitionStore,
  RedisStateStore,
  StoreKeys,
  waitForRedis,
  type RedisConnection,
} from '#libs/adapters';
import { createEventCodec } from '#libs/contracts';
import {
  createHasher,
  DeadLetterCopier,
  DEFAULT_POLICY,
  DAY_MS,
  fixedModel,
  LogFollower,
  openPartition,
  REDUCER_VERSION,
  scoreBatch,
  type Batch,
  type BatchItem,
  type Clock,
  type CommittedBatch,
  type LogEvent,
  type OpenedPartition,
  type OpenResult,
  type OwnerPorts,
  type RefusedBatch,
  type RelayHooks,
  type RelayLimits,
  type ScoringPorts,
  type Transaction,
  Relay,
} from '#libs/core';
import { systemClock } from '#libs/platform';
import { fakeModel } from '../fakes/fake-model.ts';
import { InMemoryLog } from '../fakes/in-memory-log.ts';
import { MemoryDeadLetters, MemoryInputTopics } from '../fakes/memory-topics.ts';
import { copyKeys, type KeyCopy, keyNames, restoreKeys } from './redis-copy.ts';

export const INPUT_TOPIC = 'transactions.v1';
const PARTITION = 0;

/** Real time, without jitter: what these tests order, they order by steps, not by clocks. */
const clock: Clock = { ...systemClock, random: () => 0.5 };

/** A relay that neither lingers nor waits. */
export const RELAY_LIMITS: RelayLimits = {
  lingerMs: 0,
  pollMs: 20,
  maxSendBytes: 1024 * 1024,
  maxEntries: 100,
  trimIntervalMs: 0,
  keepEvents: 2_000,
  openAgeMs: DAY_MS,
};

const noHooks: RelayHooks = { published: () => undefined, sent: () => undefined, retried: () => undefined };

/** What is not the default of a test. */
interface RigOptions {
  /** The test run's services give one. */
  readonly redisUrl?: string;
  /** That of another rig: two stores of which one is left behind. */
  readonly log?: InMemoryLog;
  readonly outboxLimit?: number;
  readonly logCap?: number;
  readonly allowedLatenessMs?: number;
}

/** One partition on the real store scripts and a log in memory, driven step by step. */
export class PartitionRig {
  readonly log: InMemoryLog;
  readonly inputs = new MemoryInputTopics([INPUT_TOPIC]);
  readonly deadLetters = new MemoryDeadLetters();
  readonly keys: StoreKeys;
  readonly connection: RedisConnection;
  readonly scoring: ScoringPorts;
  readonly owner: OwnerPorts;
  readonly #subscriber: RedisConnection;

  private constructor(redisUrl: string, options: Required<Omit<RigOptions, 'redisUrl'>>) {
    const { logCap, allowedLatenessMs } = options;
    this.log = options.log;
    this.keys = new StoreKeys(`test-${randomBytes(6).toString('hex')}`);
    this.connection = connectRedis(redisUrl, { name: 'rig', commandTimeoutMs: 5_000 });
    this.#subscriber = connectRedis(redisUrl, { name: 'rig-sub', commandTimeoutMs: 5_000 });
    const { redis } = this.connection;
    const hasher = createHasher(new Uint8Array(16).fill(7));
    const codec = createEventCodec();
    this.scoring = {
      store: new RedisStateStore(redis, this.keys, { outboxLimit: options.outboxLimit }),
      entities: new RedisEntityStore(redis, this.keys, { partitions: 1 }),
      champion: fixedModel(fakeModel()),
      codec,
      clock,
      hasher,
      policy: DEFAULT_POLICY,
      rules: {
        reducer: { version: REDUCER_VERSION, logCap, allowedLatenessMs },
        allowedLatenessMs,
        maxFutureSkewMs: 300_000,
      },
    };
    this.owner = {
      store: new RedisPartitionStore(redis, this.#subscriber.redis, this.keys),
      log: this.log,
      inputs: this.inputs,
      deadLetters: this.deadLetters,
      codec,
      hasher,
      clock,
      rules: this.scoring.rules,
      newNonce: () => randomUUID(),
    };
  }

  static async start(options: RigOptions = {}): Promise<PartitionRig> {
    const url = options.redisUrl ?? process.env['REDIS_URL'];
    if (url === undefined) throw new Error('REDIS_URL is set by the test run');
    const log = options.log ?? new InMemoryLog({ partitions: 1 });
    const rig = new PartitionRig(url, { outboxLimit: 10_000, logCap: 512, allowedLatenessMs: DAY_MS, ...options, log });
    await waitForRedis(rig.connection.redis, 5_000);
    await waitForRedis(rig.#subscriber.redis, 5_000);
    return rig;
  }

  async stop(): Promise<void> {
    await this.connection.close();
    await this.#subscriber.close();
  }

  /** Opens as an owner does; fails the test if it does not come to that. */
  async open(): Promise<OpenedPartition> {
    const result = await this.tryToOpen();
    if (result.status !== 'opened') throw new Error(`not opened: ${JSON.stringify(result)}`);
    return result;
  }

  /** Opens, then commits `transactions` as the HTTP door does. */
  async openWith(transactions: readonly Transaction[]): Promise<OpenedPartition> {
    const opened = await this.open();
    await this.decide(...transactions);
    return opened;
  }

  /** Opens as an owner does, over `ports` where they are given: those of another process, or of one that is about to die. */
  async tryToOpen(ports: Partial<OwnerPorts> = {}): Promise<OpenResult> {
    return openPartition(PARTITION, { ...this.owner, ...ports }, () => undefined);
  }

  /** A relay of an opened partition, not running yet. `limits` and `replaced` are what is not as the test run has it. */
  relay(
    opened: OpenedPartition,
    hooks: Partial<RelayHooks> = {},
    limits: Partial<RelayLimits> = {},
    replaced: Partial<OwnerPorts> = {},
  ): Relay {
    const ports = { ...this.owner, ...replaced };
    return new Relay(PARTITION, opened, {
      ports,
      copier: new DeadLetterCopier(PARTITION, 0, ports),
      limits: { ...RELAY_LIMITS, ...limits },
      hooks: { ...noHooks, ...hooks },
    });
  }

  /** Runs a relay until everything committed is published and noted in the store, then stops it. */
  async publish(opened: OpenedPartition): Promise<void> {
    const relay = this.relay(opened);
    const running = relay.run();
    const deadline = Date.now() + 5_000;
    for (;;) {
      const { seq, published } = await this.scoring.store.load(PARTITION, []);
      if (published === seq) break;
      if (Date.now() > deadline) throw new Error(`published ${published} of ${seq}`);
      relay.wake();
      await clock.sleep(5);
    }
    relay.stop();
    await running;
  }

  /** Commits transactions as the HTTP door does. */
  async decide(...transactions: Transaction[]): Promise<CommittedBatch | RefusedBatch> {
    const items = transactions.map((transaction): BatchItem => ({ kind: 'transaction', transaction, original: null }));
    return scoreBatch({ partition: PARTITION, input: null, items }, this.scoring);
  }

  /** Commits any items as the HTTP doors do. */
  async take(...items: readonly BatchItem[]): Promise<CommittedBatch | RefusedBatch> {
    return scoreBatch({ partition: PARTITION, input: null, items }, this.scoring);
  }

  /** Commits transactions as the Kafka door does: they lie at `from`, `from` + 1, … of the input. */
  async consume(from: number, transactions: readonly Transaction[]): Promise<CommittedBatch | RefusedBatch> {
    return scoreBatch(inputBatch(from, transactions), this.scoring);
  }

  /** The valid events of the log, by the rule. */
  validEvents(): { seq: number; event: LogEvent }[] {
    const follower = new LogFollower();
    return this.log.records(PARTITION).flatMap((record) => {
      const followed = follower.accept(record);
      return followed.kind === 'event' ? [{ seq: followed.seq, event: this.owner.codec.decode(record) }] : [];
    });
  }

  /** The partition's keys without their common beginning, in order. */
  async keyNames(): Promise<string[]> {
    return keyNames(this.connection.redis, this.#root);
  }

  /** A backup of the partition. */
  async copy(): Promise<KeyCopy> {
    return copyKeys(this.connection.redis, this.#root);
  }

  /** Puts a backup in place of what there is. */
  async restore(copy: KeyCopy): Promise<void> {
    await restoreKeys(this.connection.redis, this.#root, copy);
  }

  /** Takes all of the partition away, as FLUSHALL does, but only here. */
  async flush(): Promise<void> {
    await this.restore([]);
  }

  get #root(): string {
    return this.keys.partition(PARTITION).home.replace(/home$/, '');
  }
}

/** A batch of the input topic whose records lie at `from`, `from` + 1, …. */
export function inputBatch(from: number, transactions: readonly Transaction[]): Batch {
  const items = transactions.map((transaction, i): BatchItem => ({
    kind: 'transaction',
    transaction,
    original: { topic: INPUT_TOPIC, partition: PARTITION, offset: from + i, key: null, value: null },
  }));
  return { partition: PARTITION, input: { topic: INPUT_TOPIC, from, to: from + transactions.length }, items };
}
