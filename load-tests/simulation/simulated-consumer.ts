import { InputDelivery, type TopicPartition } from '#libs/adapters';
import { type Clock, type InputTopics, StopSignal, TransientFault, type Watermarks } from '#libs/core';
import type { WorkerConsumer } from '../../apps/worker/src/worker-options.ts';
import type { Network } from './network.ts';
import { SimulatedLog, type SimulatedBroker, TOPICS } from './simulated-broker.ts';
import type { SimulatedGroup } from './simulated-group.ts';
import type { Lane } from './timeline.ts';

const HEARTBEAT_MS = 300;
/** A member that has not been heard for so long gives everything up by itself. */
const LOST_MS = 2_000;

type Delivery = ConstructorParameters<typeof InputDelivery>[0];

/** What a consumer is made over, and whom it tells. */
export interface ConsumerSurroundings extends Pick<
  Delivery,
  'onAssigned' | 'onRevoked' | 'onBatch' | 'onOutOfRange' | 'onCrash'
> {
  readonly id: string;
  readonly lane: Lane;
  readonly clock: Clock;
  readonly network: Network;
  readonly broker: SimulatedBroker;
  readonly group: SimulatedGroup;
}

/** A member of the simulated group that delivers as the real one does. */
export class SimulatedConsumer implements WorkerConsumer, InputTopics {
  readonly names = [TOPICS.transactions, TOPICS.labels];
  readonly #surroundings: ConsumerSurroundings;
  readonly #logs: ReadonlyMap<string, SimulatedLog>;
  readonly #delivery: InputDelivery;
  readonly #closing = new StopSignal();
  #generation = 0;
  #lastHeartbeatMs = -Infinity;

  constructor(surroundings: ConsumerSurroundings) {
    this.#surroundings = surroundings;
    this.#logs = new Map(this.names.map((topic) => [topic, new SimulatedLog(topic, surroundings)]));
    this.#delivery = new InputDelivery({
      ...surroundings,
      reader: { read: ({ topic, partition, offset, ...options }) => this.#log(topic).read(partition, offset, options) },
      maxRecords: 8,
      maxBytes: 64 * 1024,
      lingerMs: 0,
      onAssigned: (partitions) => {
        this.#generation += 1;
        surroundings.onAssigned(partitions);
      },
    });
  }

  get generation(): number {
    return this.#generation;
  }

  get lastHeartbeatMs(): number {
    return this.#lastHeartbeatMs;
  }

  get lastFetchMs(): number {
    return this.#delivery.lastFetchMs;
  }

  get isFetching(): boolean {
    return this.#delivery.isFetching;
  }

  async join(): Promise<void> {
    void this.#beat();
  }

  start(topic: string, partition: number, offset: number): void {
    this.#delivery.start(topic, partition, offset);
  }

  halt(topic: string, partition: number): void {
    this.#delivery.halt(topic, partition);
  }

  position(topic: string, partition: number): number | null {
    return this.#delivery.position(topic, partition);
  }

  /** Offsets of the group are hints that nobody reads. */
  async commit(): Promise<void> {}

  watermarks(topic: string, partition: number): Promise<Watermarks> {
    return this.#log(topic).watermarks(partition);
  }

  async close(): Promise<void> {
    const { id, group, lane, network, broker } = this.#surroundings;
    this.#closing.stop();
    this.#delivery.stop();
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
    if (!this.#closing.stopped) this.#delivery.reassign(partitions);
  }

  #log(topic: string): SimulatedLog {
    return this.#logs.get(topic) as SimulatedLog;
  }
}

function passing(error: unknown): void {
  if (!(error instanceof TransientFault)) throw error;
}
