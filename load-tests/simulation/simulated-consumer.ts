import { type InputBatch, InputPartition, type TopicPartition } from '#libs/adapters';
import { type Clock, type InputTopics, StopSignal, TransientFault, type Watermarks } from '#libs/core';
import type { WorkerConsumer } from '../../apps/worker/src/worker-options.ts';
import type { Network } from './network.ts';
import { SimulatedLog, type SimulatedBroker, TOPICS } from './simulated-broker.ts';
import type { SimulatedGroup } from './simulated-group.ts';
import type { Lane } from './timeline.ts';

const HEARTBEAT_MS = 300;
/** A member that has not been heard for so long gives everything up by itself. */
const LOST_MS = 2_000;

/** What a consumer is made over, and whom it tells. */
export interface ConsumerSurroundings {
  readonly id: string;
  readonly lane: Lane;
  readonly clock: Clock;
  readonly network: Network;
  readonly broker: SimulatedBroker;
  readonly group: SimulatedGroup;
  readonly assigned: (partitions: readonly TopicPartition[]) => void;
  readonly revoked: (partitions: readonly TopicPartition[]) => void;
  readonly batch: (batch: InputBatch) => Promise<{ readonly next: number }>;
  readonly outOfRange: (where: TopicPartition & { readonly offset: number }) => void;
  readonly crashed: (error: unknown) => void;
}

/** A member of the simulated group that delivers with the real `InputPartition`. */
export class SimulatedConsumer implements WorkerConsumer, InputTopics {
  readonly names = [TOPICS.transactions, TOPICS.labels];
  readonly #surroundings: ConsumerSurroundings;
  readonly #logs: ReadonlyMap<string, SimulatedLog>;
  readonly #delivered = new Map<string, InputPartition>();
  readonly #closing = new StopSignal();
  #assigned = new Map<string, TopicPartition>();
  #generation = 0;
  #lastHeartbeatMs = -Infinity;
  #lastFetchMs = -Infinity;

  constructor(surroundings: ConsumerSurroundings) {
    this.#surroundings = surroundings;
    this.#logs = new Map(this.names.map((topic) => [topic, new SimulatedLog(topic, surroundings)]));
  }

  get generation(): number {
    return this.#generation;
  }

  get lastHeartbeatMs(): number {
    return this.#lastHeartbeatMs;
  }

  get lastFetchMs(): number {
    return this.#lastFetchMs;
  }

  get isFetching(): boolean {
    return [...this.#delivered.values()].some(({ isFetching }) => isFetching);
  }

  async join(): Promise<void> {
    void this.#beat();
  }

  start(topic: string, partition: number, offset: number): void {
    this.halt(topic, partition);
    if (!this.#assigned.has(keyOf({ topic, partition }))) return;
    const { clock, batch, outOfRange, crashed } = this.#surroundings;
    const log = this.#logs.get(topic) as SimulatedLog;
    const delivery = new InputPartition(
      {
        topic,
        partition,
        clock,
        reader: { read: ({ offset: at, maxBytes, maxWaitMs }) => log.read(partition, at, { maxBytes, maxWaitMs }) },
        maxRecords: 8,
        maxBytes: 64 * 1024,
        lingerMs: 0,
        onBatch: batch,
        onOutOfRange: (at) => outOfRange({ topic, partition, offset: at }),
        onCrash: crashed,
        onFetched: () => {
          this.#lastFetchMs = clock.monotonicMs();
        },
      },
      offset,
    );
    this.#delivered.set(keyOf({ topic, partition }), delivery);
  }

  halt(topic: string, partition: number): void {
    this.#delivered.get(keyOf({ topic, partition }))?.stop();
    this.#delivered.delete(keyOf({ topic, partition }));
  }

  position(topic: string, partition: number): number | null {
    return this.#delivered.get(keyOf({ topic, partition }))?.position ?? null;
  }

  /** Offsets of the group are hints that nobody reads. */
  async commit(): Promise<void> {}

  watermarks(topic: string, partition: number): Promise<Watermarks> {
    return (this.#logs.get(topic) as SimulatedLog).watermarks(partition);
  }

  async close(): Promise<void> {
    const { id, group, lane, network, broker } = this.#surroundings;
    this.#closing.stop();
    for (const delivery of this.#delivered.values()) delivery.stop();
    this.#delivered.clear();
    await network.call(lane, broker, async () => group.leave(id)).catch(passing);
  }

  async #beat(): Promise<void> {
    const { id, clock, group, lane, network, broker } = this.#surroundings;
    while (!this.#closing.stopped) {
      try {
        const assigned = await network.call(lane, broker, async () => group.heartbeat(id));
        this.#lastHeartbeatMs = clock.monotonicMs();
        this.#reassign(assigned);
      } catch (error) {
        passing(error);
        if (clock.monotonicMs() - this.#lastHeartbeatMs > LOST_MS) this.#reassign([]);
      }
      await clock.sleep(HEARTBEAT_MS, this.#closing);
    }
  }

  #reassign(partitions: readonly TopicPartition[]): void {
    if (this.#closing.stopped) return;
    const { assigned, revoked } = this.#surroundings;
    const before = this.#assigned;
    this.#assigned = new Map(partitions.map((each) => [keyOf(each), each]));
    const gone = [...before.values()].filter((each) => !this.#assigned.has(keyOf(each)));
    const added = partitions.filter((each) => !before.has(keyOf(each)));
    for (const { topic, partition } of gone) this.halt(topic, partition);
    if (gone.length > 0) revoked(gone);
    if (added.length === 0) return;
    this.#generation += 1;
    assigned(added);
  }
}

function passing(error: unknown): void {
  if (!(error instanceof TransientFault)) throw error;
}

function keyOf({ topic, partition }: TopicPartition): string {
  return `${topic}/${partition}`;
}
