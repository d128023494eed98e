import { setTimeout as sleep } from 'node:timers/promises';
import { KafkaDecisionLog } from '#libs/adapters';
import { createEventCodec } from '#libs/contracts';
import { type LogEvent, LogFollower } from '#libs/core';
import type { SystemUnderTest } from './system-under-test.ts';

/** The valid events of a system's decisions topic, as far as they have been read. */
export class DecisionsTopic {
  readonly #log: KafkaDecisionLog;
  readonly #codec = createEventCodec();
  readonly #partitions: { offset: number; readonly follower: LogFollower }[];
  readonly events: LogEvent[] = [];

  constructor({ kafkaBrokers, topics }: SystemUnderTest) {
    const kafka = { brokers: kafkaBrokers.split(','), clientId: 'e2e' };
    this.#log = new KafkaDecisionLog({ kafka, topic: topics.names.decisions });
    this.#partitions = Array.from({ length: topics.partitions }, () => ({ offset: 0, follower: new LogFollower() }));
  }

  /** Reads on until `enough` holds of all events so far, or for `withinMs`. */
  async readUntil(enough: (events: readonly LogEvent[]) => boolean, withinMs: number): Promise<readonly LogEvent[]> {
    const deadline = Date.now() + withinMs;
    await this.#readOn();
    while (!enough(this.events) && Date.now() < deadline) {
      await sleep(20);
      await this.#readOn();
    }
    return this.events;
  }

  close(): Promise<void> {
    return this.#log.close();
  }

  async #readOn(): Promise<void> {
    for (const [partition, reader] of this.#partitions.entries()) {
      const { high } = await this.#log.watermarks(partition);
      while (reader.offset < high) {
        const { records, nextOffset } = await this.#log.read(partition, reader.offset, { maxBytes: 1_000_000, maxWaitMs: 100 }); // prettier-ignore
        for (const record of records) {
          if (reader.follower.accept(record).kind === 'event') this.events.push(this.#codec.decode(record));
        }
        reader.offset = nextOffset;
      }
    }
  }
}

/** The events of one type. */
export const ofType = <T extends LogEvent['type']>(events: readonly LogEvent[], type: T) =>
  events.filter((event): event is LogEvent & { type: T } => event.type === type);
