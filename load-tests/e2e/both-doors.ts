import { setTimeout as sleep } from 'node:timers/promises';
import { KafkaProducer } from '#libs/adapters';
import { partitionOf } from '#libs/core';
import type { SystemUnderTest } from './system-under-test.ts';

export type Wire = Readonly<Record<string, unknown>> & { readonly account_id: string };

/** One message, by which doors it goes, one after the other. */
export interface Message {
  readonly path: '/v1/decisions' | '/v1/labels';
  readonly body: Wire;
  readonly doors: readonly ('http' | 'kafka')[];
  readonly headers?: Readonly<Record<string, string>>;
}

/** Sends transactions and labels to a system, over HTTP and Kafka. */
export class BothDoors {
  readonly #system: SystemUnderTest;
  readonly producer: KafkaProducer;

  constructor(system: SystemUnderTest) {
    this.#system = system;
    this.producer = new KafkaProducer({ kafka: { brokers: system.kafkaBrokers.split(','), clientId: 'e2e' } });
  }

  /** Sends one message through its doors, by HTTP until there is a final answer; gives the statuses of HTTP. */
  async send({ path, body, doors, headers = {} }: Message): Promise<number[]> {
    const { topics } = this.#system;
    const statuses: number[] = [];
    for (const door of doors) {
      if (door === 'http') {
        statuses.push(await this.#ask(path, body));
        continue;
      }
      const topic = path === '/v1/labels' ? topics.names.labels : topics.names.transactions;
      const partition = partitionOf(body.account_id, topics.partitions);
      const value = Buffer.from(JSON.stringify(body));
      await this.producer.send(topic, [{ partition, key: Buffer.from(body.account_id), value, headers }]);
    }
    return statuses;
  }

  /** Sends lists of messages, `width` lists at a time and the messages of each one after the other; gives the statuses of HTTP. */
  async sendAll(lists: readonly (readonly Message[])[], width = 16): Promise<number[]> {
    const waiting = [...lists];
    const statuses: number[] = [];
    const work = async (): Promise<void> => {
      for (let list = waiting.shift(); list !== undefined; list = waiting.shift()) {
        for (const message of list) statuses.push(...(await this.send(message)));
      }
    };
    await Promise.all(Array.from({ length: width }, work));
    return statuses;
  }

  close(): Promise<void> {
    return this.producer.close();
  }

  async #ask(path: Message['path'], body: Wire): Promise<number> {
    const { httpUrl, apiKey } = this.#system;
    for (;;) {
      const response = await fetch(httpUrl + path, {
        method: 'POST',
        headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json', prefer: 'ack=log' },
        body: JSON.stringify(body),
      }).catch(() => null);
      if (response !== null && response.status !== 503) return response.status;
      await sleep(200);
    }
  }
}
