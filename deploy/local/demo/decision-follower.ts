import { setTimeout as sleep } from 'node:timers/promises';
import { KafkaDecisionLog } from '#libs/adapters';
import { createEventCodec } from '#libs/contracts';
import { findTail, type LogEvent, type LogFollower, TransientFault } from '#libs/core';

/** A record can wait so long for the poll that was under way when its partition was asked for: short, since it counts as latency. */
const POLL_MS = 10;
const READ = { maxBytes: 1024 * 1024, maxWaitMs: 500 };
const RETRY_MS = 200;

/** Reads decisions back from the log as any consumer would: from its end on, by the rule that says which records are valid. */
export class DecisionFollower {
  readonly #log: KafkaDecisionLog;
  readonly #codec = createEventCodec();
  readonly #partitions: number;
  #loops: Promise<void>[] = [];
  #stopped = false;

  constructor(options: { readonly brokers: readonly string[]; readonly topic: string; readonly partitions: number }) {
    const { brokers, topic, partitions } = options;
    this.#log = new KafkaDecisionLog({ kafka: { brokers, clientId: 'holdfast-demo' }, topic, pollMs: POLL_MS });
    this.#partitions = partitions;
  }

  /** Resolves when it stands at the end of every partition; from then on `onEvent` hears of every valid event once.
   *  `onBroken` hears of what must not be: a log that contradicts itself. */
  async start(onEvent: (event: LogEvent) => void, onBroken: (error: unknown) => void): Promise<void> {
    const partitions = Array.from({ length: this.#partitions }, (_, partition) => partition);
    const followers = await Promise.all(partitions.map((partition) => findTail(this.#log, partition)));
    this.#loops = followers.map((follower, partition) =>
      this.#follow(partition, follower, onEvent).catch((error: unknown) => {
        if (!this.#stopped) onBroken(error);
      }),
    );
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#log.close();
    await Promise.all(this.#loops);
  }

  async #follow(partition: number, follower: LogFollower, onEvent: (event: LogEvent) => void): Promise<void> {
    while (!this.#stopped) {
      try {
        const { records, nextOffset } = await this.#log.read(partition, follower.nextOffset, READ);
        for (const record of records) {
          const followed = follower.accept(record);
          if (followed.kind === 'event') onEvent(this.#codec.decode(followed.record));
        }
        follower.skipTo(nextOffset);
      } catch (error) {
        if (!(error instanceof TransientFault)) throw error;
        await sleep(RETRY_MS);
      }
    }
  }
}
