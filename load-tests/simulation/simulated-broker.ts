import { topicNames } from '#libs/contracts';
import { assert, type DecisionLog, type NewLogRecord } from '#libs/core';
import { InMemoryLog } from '../../libs/testkit/src/fakes/in-memory-log.ts';
import type { SeededRandom } from '../seeded-random.ts';
import type { Network, Server } from './network.ts';
import { ALWAYS, type Lane, type Timeline } from './timeline.ts';

export const TOPICS = topicNames();

/** Topics as a server: an append that was acknowledged stays; one that was not may be there, now or later, or twice. */
export class SimulatedBroker implements Server {
  readonly partitions: number;
  readonly #random: SeededRandom;
  readonly #twice: number;
  readonly #timeline: Timeline;
  readonly #topics: ReadonlyMap<string, InMemoryLog>;
  #starts = 1;
  #down = false;

  /** `twice`: the share of appends that the broker gets a second time, as from a producer that retries. */
  constructor(timeline: Timeline, random: SeededRandom, { partitions, twice }: { partitions: number; twice: number }) {
    this.partitions = partitions;
    this.#timeline = timeline;
    this.#random = random;
    this.#twice = twice;
    const clock = timeline.clock(ALWAYS, 0);
    this.#topics = new Map(
      Object.values(TOPICS).map((topic) => [topic, new InMemoryLog({ partitions, clock, topic })]),
    );
  }

  get isDown(): boolean {
    return this.#down;
  }

  get starts(): number {
    return this.#starts;
  }

  topic(name: string): InMemoryLog {
    const found = this.#topics.get(name);
    assert(found !== undefined, `a topic of the simulation, not ${name}`);
    return found;
  }

  append(topic: string, partition: number, records: readonly NewLogRecord[]): void {
    this.topic(topic).write(partition, records);
    if (!this.#random.chance(this.#twice)) return;
    this.#timeline.after(this.#random.between(0, 300), null, () => this.topic(topic).write(partition, records));
  }

  crash(downMs: number): void {
    this.#down = true;
    this.#starts += 1;
    this.#timeline.after(downMs, null, () => {
      this.#down = false;
    });
  }
}

/** One topic of the broker as a process reads and appends to it. */
export class SimulatedLog implements DecisionLog {
  readonly topic: string;
  readonly #broker: SimulatedBroker;
  readonly #network: Network;
  readonly #lane: Lane;
  readonly #inFlight = new Set<number>();

  constructor(topic: string, { broker, network, lane }: { broker: SimulatedBroker; network: Network; lane: Lane }) {
    this.topic = topic;
    this.#broker = broker;
    this.#network = network;
    this.#lane = lane;
  }

  watermarks(partition: number): ReturnType<DecisionLog['watermarks']> {
    return this.#call(() => this.#broker.topic(this.topic).watermarks(partition));
  }

  read(
    partition: number,
    offset: number,
    options: Parameters<DecisionLog['read']>[2],
  ): ReturnType<DecisionLog['read']> {
    return this.#call(() => this.#broker.topic(this.topic).read(partition, offset, options), options.maxWaitMs);
  }

  async append(partition: number, records: readonly NewLogRecord[]): Promise<void> {
    assert(!this.#inFlight.has(partition), `one append in flight for partition ${partition}`);
    if (records.length === 0) return;
    this.#inFlight.add(partition);
    try {
      await this.#call(async () => this.#broker.append(this.topic, partition, records));
    } finally {
      this.#inFlight.delete(partition);
    }
  }

  #call<T>(operation: () => Promise<T>, waitMs = 0): Promise<T> {
    return this.#network.call(this.#lane, this.#broker, operation, waitMs);
  }
}
