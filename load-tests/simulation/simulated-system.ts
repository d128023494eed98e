import { createTransactionParser, createLabelParser } from '#libs/contracts';
import {
  createHasher,
  type DetailCache,
  type EntityReader,
  type EntityStore,
  DEFAULT_POLICY,
  fixedModel,
  type Hasher,
  type PartitionStore,
  REDUCER_VERSION,
  type ScoringPorts,
  type ScoringRules,
  type StateStore,
} from '#libs/core';
import { createLogger, createMetrics } from '#libs/platform';
import { fakeModel } from '../../libs/testkit/src/fakes/fake-model.ts';
import { SeededRandom } from '../seeded-random.ts';
import { HeldEvents } from './held-events.ts';
import { Network, remote } from './network.ts';
import type { ScheduleShape } from './schedule-plan.ts';
import { SimulatedBroker, TOPICS } from './simulated-broker.ts';
import { SimulatedGroup } from './simulated-group.ts';
import { SimulatedRedis } from './simulated-redis.ts';
import { type Lane, Timeline } from './timeline.ts';

const HOUR_MS = 3_600_000;

export const MODEL = fakeModel();
export const HASHER: Hasher = createHasher(new Uint8Array(16).fill(7));
/** A log so short that accounts overflow. */
const RULES: ScoringRules = {
  reducer: { version: REDUCER_VERSION, logCap: 4, allowedLatenessMs: HOUR_MS },
  allowedLatenessMs: HOUR_MS,
  maxFutureSkewMs: 300_000,
};
export const LOGGER = createLogger({ service: 'simulation', level: 'silent' });
export const METRICS = createMetrics();
const BODY_RULES = { unknownFields: 'ignore', refuseCardNumbers: true } as const;
export const TRANSACTION_PARSER = createTransactionParser(BODY_RULES);
export const LABEL_PARSER = createLabelParser(BODY_RULES);

/** Servers, network and time of one schedule. */
export class SimulatedSystem {
  readonly timeline: Timeline;
  readonly random: SeededRandom;
  readonly network: Network;
  readonly broker: SimulatedBroker;
  readonly redis: SimulatedRedis;
  readonly group: SimulatedGroup;
  readonly codec = new HeldEvents();
  /** What must never happen in any process. */
  readonly bugs: Error[] = [];
  #names = 0;

  constructor(seed: number, shape: ScheduleShape) {
    const { partitions, network, twice, keptWrites, outboxLimit } = shape;
    this.random = new SeededRandom(seed);
    this.timeline = new Timeline(this.random);
    this.network = new Network(this.timeline, this.random, network);
    this.broker = new SimulatedBroker(this.timeline, this.random, { partitions, twice });
    this.redis = new SimulatedRedis(this.timeline, { partitions, outboxLimit, kept: keptWrites });
    const numbers = Array.from({ length: partitions }, (_, partition) => partition);
    const inputs = [TOPICS.transactions, TOPICS.labels].flatMap((topic) =>
      numbers.map((partition) => ({ topic, partition })),
    );
    this.group = new SimulatedGroup(this.timeline, this.random, inputs);
  }

  /** A text that no other call has given. */
  newName(): string {
    this.#names += 1;
    return `n${this.#names}`;
  }

  bug(error: unknown): void {
    this.bugs.push(error instanceof Error ? error : new Error(String(error)));
  }

  /** What a process decides with, over its own way to the store. */
  scoringPorts(
    lane: Lane,
    skewMs: number,
  ): ScoringPorts & { readonly partitionStore: PartitionStore; readonly entities: EntityReader & EntityStore } {
    const { redis, network } = this;
    const store = this.#inRedis<StateStore & PartitionStore>(lane, redis.store, {
      onCommitted: (listener) =>
        redis.store.onCommitted((partition) => network.send(lane, lane, () => listener(partition))),
    });
    return {
      store,
      partitionStore: store,
      entities: this.#inRedis(lane, redis.entities),
      champion: fixedModel(MODEL),
      codec: this.codec,
      clock: this.timeline.clock(lane, skewMs),
      hasher: HASHER,
      policy: DEFAULT_POLICY,
      rules: RULES,
    };
  }

  detailCache(lane: Lane): DetailCache {
    return this.#inRedis(lane, this.redis.details);
  }

  #inRedis<T extends object>(lane: Lane, target: T, own: Partial<T> = {}): T {
    const { redis, network } = this;
    const call = <R>(method: string, operation: () => Promise<R>): Promise<R> =>
      network.call(lane, redis, () => {
        redis.noteCall(method);
        return operation();
      });
    return remote(target, call, own);
  }
}
