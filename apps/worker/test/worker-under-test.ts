import { Writable } from 'node:stream';
import type { TopicPartition } from '#libs/adapters';
import { createLabelParser, createTransactionParser } from '#libs/contracts';
import type { Watermarks } from '#libs/core';
import { createLogger, createMetrics, NO_TRACING, systemClock } from '#libs/platform';
import { INPUT_TOPIC, type PartitionRig, RELAY_LIMITS } from '#libs/testkit';
import type { InputWork } from '../src/apply-batch.ts';
import { InputGuard } from '../src/input-guard.ts';
import { labelReader, type ReadValue, transactionReader } from '../src/read-record.ts';
import { Worker } from '../src/worker.ts';
import type { WorkerConsumer, WorkerOptions } from '../src/worker-options.ts';

export const LABEL_TOPIC = 'labels.v1';

/** What is tried with it is about inputs. */
const NO_ENTITIES: WorkerOptions['entities'] = {
  add: () => undefined,
  remove: () => undefined,
  run: () => Promise.resolve(),
  stop: () => undefined,
  lag: [],
};

/** A member of the group that is told what to deliver by the test. */
export class FakeConsumer implements WorkerConsumer {
  /** Where delivery was started, in order, by topic. */
  readonly starts = new Map<string, number[]>();
  /** Up to where each topic was handled. */
  readonly positions = new Map<string, number>();
  readonly generation = 1;
  readonly isFetching = false;
  readonly lastFetchMs = 0;

  get lastHeartbeatMs(): number {
    return performance.now();
  }
  /** Of the transactions. */
  get started(): readonly number[] {
    return this.starts.get(INPUT_TOPIC) ?? [];
  }
  start(topic: string, _partition: number, offset: number): void {
    this.starts.set(topic, [...(this.starts.get(topic) ?? []), offset]);
    this.positions.set(topic, offset);
  }
  halt(): void {}
  position(topic: string): number | null {
    return this.positions.get(topic) ?? null;
  }
  async join(): Promise<void> {}
  async close(): Promise<void> {}
  async commit(): Promise<void> {}
  async watermarks(): Promise<Watermarks> {
    return { low: 0, high: 1_000_000 };
  }
}

/** A worker over a rig's partition, that is a member of the group and has nothing assigned. */
export interface WorkerUnderTest {
  readonly worker: Worker;
  readonly consumer: FakeConsumer;
  /** What it logged under a message. */
  readonly said: (message: string) => Record<string, unknown>[];
}

/** Partition 0 of a topic. */
export const partitionOf = (topic: string): TopicPartition => ({ topic, partition: 0 });

/** Starts one. */
export async function startWorker(rig: PartitionRig): Promise<WorkerUnderTest> {
  const consumer = new FakeConsumer();
  const lines: Record<string, unknown>[] = [];
  const destination = new Writable({
    write(chunk: Buffer, _, done) {
      lines.push(JSON.parse(chunk.toString()) as Record<string, unknown>);
      done();
    },
  });
  const logger = createLogger({ service: 'worker', level: 'info', destination });
  const onBug = (error: unknown): never => {
    throw error;
  };
  const rules = { unknownFields: 'ignore', refuseCardNumbers: true } as const;
  const inputOf = (topic: string, read: ReadValue): InputWork => ({
    topic,
    partitions: 1,
    ports: rig.scoring,
    read,
    forward: () => Promise.reject(new Error('there is one partition')),
    forwarded: () => undefined,
    unknownFields: () => undefined,
    guard: new InputGuard({ topic, invalidPercent: 10, invalidWindowRecords: 1_000, clock: systemClock, logger }),
    limits: { batchTransactions: 64, batchBytes: 1_000_000 },
  });
  const worker = new Worker({
    consumer,
    clock: systemClock,
    logger,
    metrics: createMetrics(),
    tracing: NO_TRACING,
    onBug,
    onSilent: onBug,
    fetchSilenceMs: 60_000,
    store: rig.owner.store,
    entities: NO_ENTITIES,
    keepDetails: () => undefined,
    work: {
      transactions: inputOf(INPUT_TOPIC, transactionReader(createTransactionParser(rules))),
      labels: inputOf(LABEL_TOPIC, labelReader(createLabelParser(rules))),
    },
    surroundings: { owner: rig.owner, topic: INPUT_TOPIC, relayLimits: RELAY_LIMITS, logger, metrics: createMetrics() },
  });
  await worker.start();
  return { worker, consumer, said: (message) => lines.filter(({ msg }) => msg === message) };
}
