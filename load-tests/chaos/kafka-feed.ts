import { setTimeout as sleep } from 'node:timers/promises';
import { KafkaProducer, type ProducerRecord } from '#libs/adapters';
import { TransientFault } from '#libs/core';

const RECORDS_A_SEND = 500;
const RETRY_MS = 200;

/**
 * Sends records to the input topic in their order, one send at a time, each until it is acknowledged: what had to be sent again may be there twice.
 */
export class KafkaFeed {
  readonly #producer: KafkaProducer;
  readonly #topic: string;
  readonly #signal: AbortSignal;
  #waiting: ProducerRecord[] = [];
  #sending: Promise<void> | null = null;
  #failure: Error | null = null;
  #acknowledged = 0;
  #retries = 0;

  constructor(options: { readonly broker: string; readonly topic: string; readonly signal: AbortSignal }) {
    this.#producer = new KafkaProducer({ kafka: { brokers: [options.broker], clientId: 'holdfast-chaos' } });
    this.#topic = options.topic;
    this.#signal = options.signal;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  /** Records that the topic has. */
  get acknowledged(): number {
    return this.#acknowledged;
  }

  /** Sends that were repeated. */
  get retries(): number {
    return this.#retries;
  }

  /** Throws what broke it. */
  add(record: ProducerRecord): void {
    if (this.#failure !== null) throw this.#failure;
    this.#waiting.push(record);
    this.#sending ??= this.#sendAll()
      .catch((error: unknown) => {
        this.#failure = new Error('The records cannot be sent', { cause: error });
      })
      .finally(() => {
        this.#sending = null;
      });
  }

  /** Resolves when everything is acknowledged, or the run is aborted. */
  async drain(): Promise<void> {
    await this.#sending;
    if (this.#failure !== null) throw this.#failure;
  }

  async close(): Promise<void> {
    await this.#sending;
    await this.#producer.close();
  }

  async #sendAll(): Promise<void> {
    while (this.#waiting.length > 0 && !this.#signal.aborted) {
      const records = this.#waiting.slice(0, RECORDS_A_SEND);
      await this.#sendUntilAcknowledged(records);
      this.#waiting = this.#waiting.slice(records.length);
    }
  }

  async #sendUntilAcknowledged(records: readonly ProducerRecord[]): Promise<void> {
    while (!this.#signal.aborted) {
      try {
        await this.#producer.send(this.#topic, records);
        this.#acknowledged += records.length;
        return;
      } catch (error) {
        if (!(error instanceof TransientFault) || error.code === 'send_too_large') throw error;
        this.#retries += 1;
        await sleep(RETRY_MS);
      }
    }
  }
}
