import { setTimeout as sleep } from 'node:timers/promises';
import { KafkaProducer } from '#libs/adapters';
import { partitionOf, TransientFault } from '#libs/core';
import type { RawRecord } from '#libs/simulator';

const RETRY_MS = 200;

/** Sends records to the input topic in their order: one send at a time, with all that has come up meanwhile. */
export class KafkaSender {
  readonly #onBroken: (error: unknown) => void;
  readonly #producer: KafkaProducer;
  readonly #topic: string;
  readonly #partitions: number;
  #waiting: RawRecord[] = [];
  #sending: Promise<void> | undefined;
  #unkeyed = 0;
  #closed = false;
  sent = 0;

  /** `onBroken` hears of what no repetition mends. */
  constructor(
    options: { readonly brokers: readonly string[]; readonly topic: string; readonly partitions: number },
    onBroken: (error: unknown) => void,
  ) {
    this.#onBroken = onBroken;
    this.#producer = new KafkaProducer({ kafka: { brokers: options.brokers, clientId: 'holdfast-demo' } });
    this.#topic = options.topic;
    this.#partitions = options.partitions;
  }

  add(record: RawRecord): void {
    this.#waiting.push(record);
    this.#sending ??= this.#sendAll()
      .catch(this.#onBroken)
      .finally(() => (this.#sending = undefined));
  }

  /** Resolves when everything is acknowledged that was added before. */
  async flush(): Promise<void> {
    await this.#sending;
  }

  /** Sends nothing more and disconnects. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#sending;
    await this.#producer.close();
  }

  async #sendAll(): Promise<void> {
    while (this.#waiting.length > 0 && !this.#closed) {
      const records = this.#waiting;
      this.#waiting = [];
      await this.#sendUntilAcknowledged(records);
      this.sent += records.length;
    }
  }

  /** A repetition after a fault may deliver records twice; they are decided once. */
  async #sendUntilAcknowledged(records: readonly RawRecord[]): Promise<void> {
    const placed = records.map(({ key, value }) => ({
      partition: this.#partitionOf(key),
      key: key === null ? null : Buffer.from(key),
      value,
      headers: { 'content-type': 'application/json' },
    }));
    while (!this.#closed) {
      try {
        return await this.#producer.send(this.#topic, placed);
      } catch (error) {
        if (!(error instanceof TransientFault)) throw error;
        await sleep(RETRY_MS);
      }
    }
  }

  #partitionOf(key: string | null): number {
    if (key !== null) return partitionOf(key, this.#partitions);
    this.#unkeyed += 1;
    return this.#unkeyed % this.#partitions;
  }
}
