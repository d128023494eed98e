import { deadLetter } from '#libs/contracts';
import type { DeadLetters, TransactionRejected } from '#libs/core';
import type { KafkaProducer } from './kafka-producer.ts';

/** The dead-letter topic: each rejection in the partition that its record came from. */
export class KafkaDeadLetters implements DeadLetters {
  readonly #producer: KafkaProducer;
  readonly #topic: string;

  constructor(producer: KafkaProducer, topic: string) {
    this.#producer = producer;
    this.#topic = topic;
  }

  async copy(rejections: readonly TransactionRejected[]): Promise<void> {
    const records = rejections.map((event) => ({ ...deadLetter(event), partition: event.original.partition }));
    await this.#producer.send(this.#topic, records);
  }
}
