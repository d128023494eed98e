import { type Clock, type InputProgress, type ItemResult, type OwnerPorts, TransientFault } from '#libs/core';
import type { InputBatch, InputConsumer } from '#libs/adapters';
import {
  type CheckResult,
  countRefusal,
  countResults,
  type Logger,
  type Metrics,
  recordStages,
  type Tracing,
} from '#libs/platform';
import type { InputWork } from './apply-batch.ts';
import { applyTraced } from './apply-traced.ts';
import { DependencyContacts } from './dependency-contacts.ts';
import { FetchWatchdog } from './fetch-watchdog.ts';
import { OwnedPartition, type PartitionSurroundings } from './owned-partition.ts';

/** What is used of the consumer. */
export type WorkerConsumer = Pick<
  InputConsumer,
  | 'join'
  | 'close'
  | 'start'
  | 'halt'
  | 'commit'
  | 'watermarks'
  | 'generation'
  | 'lastHeartbeatMs'
  | 'lastFetchMs'
  | 'isFetching'
>;

/** What a worker is built over. */
export interface WorkerOptions {
  readonly consumer: WorkerConsumer;
  readonly work: InputWork;
  readonly surroundings: Omit<PartitionSurroundings, 'contacts' | 'deliverFrom' | 'lastHeartbeatMs'>;
  readonly store: OwnerPorts['store'];
  /** Keeps the decisions of a batch that somebody may ask for; never fails the batch. */
  readonly keepDetails: (partition: number, results: readonly ItemResult[]) => void;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly tracing: Tracing;
  /** Longest time that the input may be silent while it is asked for. */
  readonly fetchSilenceMs: number;
  /** It was silent for longer: the process ends, to be started again. */
  readonly onSilent: (ageMs: number) => void;
  /** Something that must not happen: the process ends, and what is not committed comes again. */
  readonly onBug: (error: unknown) => void;
}

const DOOR = 'kafka';
const COMMIT_HINT_MS = 3_000;
const DRAIN_MS = 3_000;
const DRAIN_STEP_MS = 10;

/** Consumes the input partitions that the group gives it, and owns the partitions of log and store that go with them. */
export class Worker {
  readonly #options: WorkerOptions;
  readonly #owned = new Map<number, OwnedPartition>();
  readonly #running = new Set<Promise<void>>();
  readonly #lag = new Map<number, number>();
  readonly #contacts = new DependencyContacts();
  readonly #watchdog: FetchWatchdog;
  #stopping = false;
  #stopObserving: readonly (() => void)[] = [];
  #hintTimer: NodeJS.Timeout | undefined;

  constructor(options: WorkerOptions) {
    this.#options = options;
    const { consumer, clock, fetchSilenceMs: limitMs, onSilent } = options;
    this.#watchdog = new FetchWatchdog(consumer, { clock, limitMs, onSilent });
  }

  /** Joins the group. To be called once. */
  async start(): Promise<void> {
    const { consumer, store } = this.#options;
    this.#stopObserving = [store.onCommitted((partition) => this.#owned.get(partition)?.wake()), ...this.#observe()];
    this.#hintTimer = setInterval(() => this.#commitHints(), COMMIT_HINT_MS);
    this.#watchdog.start();
    await consumer.join();
  }

  /** Stops intake, publishes what is committed as far as that is quick, closes the partitions, leaves the group. */
  async stop(): Promise<void> {
    const { consumer, clock, work } = this.#options;
    this.#stopping = true;
    clearInterval(this.#hintTimer);
    this.#watchdog.stop();
    for (const partition of this.#owned.keys()) consumer.halt(work.topic, partition);
    const deadlineMs = clock.monotonicMs() + DRAIN_MS;
    while ([...this.#owned.values()].some(({ drained }) => !drained) && clock.monotonicMs() < deadlineMs) {
      for (const partition of this.#owned.values()) partition.wake();
      await clock.sleep(DRAIN_STEP_MS);
    }
    this.revoke([...this.#owned.keys()]);
    await Promise.all(this.#running);
    await consumer.close();
    for (const stop of this.#stopObserving) stop();
  }

  /** Ready while it is a member of the group, reaches Redis and Kafka, and every partition that it owns is open. */
  ready(): CheckResult {
    if (this.#stopping) return { ok: false, reason: 'stopping' };
    if (this.#options.consumer.generation === 0) return { ok: false, reason: 'not a member of the consumer group yet' };
    if (!this.#contacts.redisUp) return { ok: false, reason: 'Redis is out of reach' };
    if (!this.#kafkaUp) return { ok: false, reason: 'Kafka is out of reach' };
    const closed = [...this.#owned.values()].filter(({ status }) => status !== 'open');
    const held = [...this.#options.work.guard.held].map(
      ([partition, { invalid, of }]) =>
        `input partition ${partition} is held back: ${invalid} of its last ${of} records are invalid`,
    );
    if (closed.length + held.length === 0) return { ok: true, detail: `${this.#owned.size} partitions open` };
    return {
      ok: false,
      reason: [...closed.map(({ partition, status }) => `partition ${partition} is ${status}`), ...held].join(', '),
    };
  }

  /** The group gave partitions to this member. */
  assign(partitions: readonly number[]): void {
    if (this.#stopping) return;
    const { consumer, surroundings, logger, onBug } = this.#options;
    logger.info({ partitions }, 'partitions assigned');
    for (const number of partitions) {
      const partition = new OwnedPartition(number, {
        ...surroundings,
        contacts: this.#contacts,
        deliverFrom: (to, offset) => this.#deliver(to, offset),
        lastHeartbeatMs: () => consumer.lastHeartbeatMs,
      });
      this.#owned.set(number, partition);
      const running = partition.run().catch(onBug);
      this.#running.add(running);
      void running.finally(() => this.#running.delete(running));
    }
  }

  /** The group took partitions away. */
  revoke(partitions: readonly number[]): void {
    if (partitions.length > 0) this.#options.logger.info({ partitions }, 'partitions revoked');
    for (const number of partitions) {
      this.#owned.get(number)?.revoke();
      this.#owned.delete(number);
      this.#lag.delete(number);
      this.#options.work.guard.forget(number);
    }
  }

  /** Records of the input were deleted before they were read: go on with the first that is left, and say so. If its end is gone, nobody may go on. */
  async outOfRange(number: number, offset: number): Promise<void> {
    const partition = this.#owned.get(number);
    const { consumer, work, logger, clock } = this.#options;
    while (partition?.revoked === false && !this.#stopping) {
      try {
        const { low, high } = await consumer.watermarks(work.topic, number);
        if (offset > high) return partition.reopen();
        logger.error({ partition: number, offset, low }, 'input records were deleted before they were decided');
        return await partition.raiseInput(low);
      } catch (error) {
        if (!(error instanceof TransientFault)) throw error;
        await clock.sleep(1_000);
      }
    }
  }

  /** Decides a batch; resolves with where the consumer is to go on. */
  async apply(batch: InputBatch): Promise<{ next: number }> {
    const { clock, metrics, tracing, work } = this.#options;
    const partition = this.#owned.get(batch.partition);
    const startedAtMs = clock.monotonicMs();
    const progress: InputProgress = {
      abandoned: () => this.#stopping || partition?.revoked !== false || batch.isStale(),
      refused: (reason) => countRefusal(metrics, DOOR, reason),
      committed: ({ results, timings, lastSeq }, applied) => {
        partition?.noteCommit(lastSeq, applied);
        metrics.add('commits', 1, { door: DOOR, status: 'committed' });
        metrics.record('batchTransactions', results.length, { door: DOOR });
        recordStages(metrics, DOOR, timings);
        countResults(metrics, DOOR, results);
        this.#options.keepDetails(batch.partition, results);
      },
    };
    const next = await applyTraced(batch, work, progress, tracing);
    this.#lag.set(batch.partition, Math.max(0, batch.highWatermark - next));
    metrics.record('receivedToCommittedSeconds', (clock.monotonicMs() - startedAtMs) / 1_000, { door: DOOR });
    return { next };
  }

  get #kafkaUp(): boolean {
    return this.#contacts.kafkaUp(this.#options.consumer.lastHeartbeatMs);
  }

  #deliver(number: number, offset: number): void {
    const { consumer, work } = this.#options;
    if (this.#owned.has(number) && !this.#stopping) consumer.start(work.topic, number, offset);
  }

  #commitHints(): void {
    const { consumer, work, logger } = this.#options;
    const positions = [...this.#owned.values()].flatMap(({ partition, publishedNext }) => {
      return publishedNext === null ? [] : [{ topic: work.topic, partition, offset: publishedNext }];
    });
    consumer.commit(positions).catch((err: unknown) => logger.debug({ err }, 'group offsets not committed'));
  }

  #observe(): (() => void)[] {
    const { metrics, work } = this.#options;
    const owned = (): OwnedPartition[] => [...this.#owned.values()];
    const count = (...wanted: OwnedPartition['status'][]): number =>
      owned().filter(({ status }) => wanted.includes(status)).length;
    return [
      metrics.observe('dependencyUp', () => [
        { value: Number(this.#contacts.redisUp), labels: { dependency: 'redis' as const } },
        { value: Number(this.#kafkaUp), labels: { dependency: 'kafka' as const } },
      ]),
      metrics.observe('partitionsOwned', () => [{ value: this.#owned.size, labels: {} }]),
      metrics.observe('partitionsOpen', () => [{ value: count('open'), labels: {} }]),
      metrics.observe('inputsHeldBack', () => [{ value: work.guard.held.size, labels: {} }]),
      metrics.observe('inputFetchAgeSeconds', () => [{ value: this.#watchdog.ageMs / 1_000, labels: {} }]),
      metrics.observe('partitionsHalted', () => [{ value: count('halted', 'newer_protocol'), labels: {} }]),
      metrics.observe('outboxDepth', () =>
        owned().map(({ partition, outboxDepth }) => ({ value: outboxDepth, labels: { partition } })),
      ),
      metrics.observe('consumerLag', () =>
        [...this.#lag].map(([partition, lag]) => ({ value: lag, labels: { topic: work.topic, partition } })),
      ),
    ];
  }
}
