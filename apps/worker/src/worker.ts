import { type InputProgress, StopSignal } from '#libs/core';
import type { InputBatch, TopicPartition } from '#libs/adapters';
import { type CheckResult, countRefusal, countResults, recordStages } from '#libs/platform';
import type { InputWork } from './apply-batch.ts';
import type { InputGuard } from './input-guard.ts';
import { applyTraced } from './apply-traced.ts';
import { DependencyContacts } from './dependency-contacts.ts';
import { FetchWatchdog } from './fetch-watchdog.ts';
import { GuestPartition } from './guest-partition.ts';
import { observeWorker } from './observe-worker.ts';
import { partitionsReady } from './partitions-ready.ts';
import { OwnedPartition } from './owned-partition.ts';
import type { WorkerOptions } from './worker-options.ts';

const DOOR = 'kafka';
const COMMIT_HINT_MS = 3_000;
const DRAIN_MS = 3_000;
const DRAIN_STEP_MS = 10;

/** An input partition that is assigned to this process. */
type Assigned = OwnedPartition | GuestPartition;

/** Consumes the input partitions that the group gives it, and owns the partitions of log and store that go with those of the transactions. */
export class Worker {
  readonly #options: WorkerOptions;
  readonly #owned = new Map<number, OwnedPartition>();
  readonly #guests = new Map<number, GuestPartition>();
  readonly #running = new Set<Promise<void>>();
  /** By partition: when the last that was owned here has ended. */
  readonly #owning = new Map<number, Promise<void>>();
  readonly #lags = new Map<Assigned, number>();
  readonly #contacts = new DependencyContacts();
  readonly #watchdog: FetchWatchdog;
  #stopping = false;
  #stopObserving: readonly (() => void)[] = [];
  readonly #hintsEnd = new StopSignal();

  constructor(options: WorkerOptions) {
    this.#options = options;
    const { consumer, clock, fetchSilenceMs: limitMs, onSilent } = options;
    this.#watchdog = new FetchWatchdog(consumer, { clock, limitMs, onSilent });
  }

  /** Joins the group. To be called once. */
  async start(): Promise<void> {
    const { consumer, store } = this.#options;
    this.#stopObserving = [store.onCommitted((partition) => this.#owned.get(partition)?.wake()), ...this.#observe()];
    for (const loop of [{ run: () => this.#keepHints() }, this.#watchdog, this.#options.entities]) void this.#run(loop);
    await consumer.join();
  }

  /** Stops intake, publishes what is committed as far as that is quick, closes the partitions, leaves the group. */
  async stop(): Promise<void> {
    const { consumer, clock } = this.#options;
    this.#stopping = true;
    this.#hintsEnd.stop();
    this.#watchdog.stop();
    for (const guest of this.#guests.values()) guest.revoke();
    const assigned = this.#assigned();
    for (const { topic, partition } of assigned) consumer.halt(topic, partition);
    const deadlineMs = clock.monotonicMs() + DRAIN_MS;
    while ([...this.#owned.values()].some(({ drained }) => !drained) && clock.monotonicMs() < deadlineMs) {
      for (const partition of this.#owned.values()) partition.wake();
      await clock.sleep(DRAIN_STEP_MS);
    }
    this.revoke(assigned);
    this.#options.entities.stop();
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
    return partitionsReady([...this.#owned.values()], this.#guards);
  }

  /** The group gave partitions to this member. */
  assign(partitions: readonly TopicPartition[]): void {
    if (this.#stopping) return;
    const { work, logger } = this.#options;
    logger.info({ partitions: partitions.map(nameOf) }, 'partitions assigned');
    for (const { topic, partition } of partitions) {
      if (topic === work.transactions.topic) this.#own(partition);
      else this.#visit(partition);
    }
  }

  /** The group took partitions away. */
  revoke(partitions: readonly TopicPartition[]): void {
    const { logger } = this.#options;
    if (partitions.length > 0) logger.info({ partitions: partitions.map(nameOf) }, 'partitions revoked');
    for (const { topic, partition: number } of partitions) {
      const partition = this.#of(topic).get(number);
      if (partition === undefined) continue;
      partition.revoke();
      if (partition instanceof OwnedPartition) this.#options.entities.remove(number);
      this.#lags.delete(partition);
      this.#of(topic).delete(number);
      this.#workOf(topic).guard.forget(number);
    }
  }

  /** The position to read from is not in an input's partition. */
  async outOfRange({ topic, partition, offset }: TopicPartition & { readonly offset: number }): Promise<void> {
    await this.#of(topic).get(partition)?.outOfRange(offset);
  }

  /** Decides or takes in a batch; resolves with where the consumer is to go on. */
  async apply(batch: InputBatch): Promise<{ next: number }> {
    const { clock, metrics, tracing } = this.#options;
    const partition = this.#of(batch.topic).get(batch.partition);
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
    const next = await applyTraced(batch, this.#workOf(batch.topic), progress, tracing);
    if (partition?.revoked === false) this.#lags.set(partition, Math.max(0, batch.highWatermark - next));
    metrics.record('receivedToCommittedSeconds', (clock.monotonicMs() - startedAtMs) / 1_000, { door: DOOR });
    return { next };
  }

  get #kafkaUp(): boolean {
    return this.#contacts.kafkaUp(this.#options.consumer.lastHeartbeatMs);
  }

  #workOf(topic: string): InputWork {
    const { transactions, labels } = this.#options.work;
    return topic === labels.topic ? labels : transactions;
  }

  #of(topic: string): Map<number, Assigned> {
    return topic === this.#options.work.labels.topic ? this.#guests : this.#owned;
  }

  get #guards(): readonly InputGuard[] {
    const { transactions, labels } = this.#options.work;
    return [transactions.guard, labels.guard];
  }

  #assigned(): Assigned[] {
    return [...this.#owned.values(), ...this.#guests.values()];
  }

  #own(number: number): void {
    const { consumer, surroundings, work } = this.#options;
    const partition = new OwnedPartition(number, {
      ...surroundings,
      contacts: this.#contacts,
      deliverFrom: (to, offset) => {
        if (this.#owned.has(to) && !this.#stopping) consumer.start(work.transactions.topic, to, offset);
      },
      lastHeartbeatMs: () => consumer.lastHeartbeatMs,
    });
    this.#owned.set(number, partition);
    this.#options.entities.add(number);
    // A send of the one before may be under way, and there is one at a time.
    const before = this.#owning.get(number);
    this.#owning.set(number, this.#run({ run: () => Promise.resolve(before).then(() => partition.run()) }));
  }

  #visit(number: number): void {
    const { consumer, store, work, clock, logger } = this.#options;
    const { topic, ports } = work.labels;
    const partition = new GuestPartition(number, { topic, consumer, state: ports.store, store, clock, logger });
    this.#guests.set(number, partition);
    void this.#run(partition);
  }

  #run(loop: { run(): Promise<void> }): Promise<void> {
    const running = loop.run().catch(this.#options.onBug);
    this.#running.add(running);
    void running.finally(() => this.#running.delete(running));
    return running;
  }

  /** Tells the group now and then how far its inputs are. */
  async #keepHints(): Promise<void> {
    const { clock } = this.#options;
    for (;;) {
      await clock.sleep(COMMIT_HINT_MS, this.#hintsEnd);
      if (this.#hintsEnd.stopped) return;
      this.#commitHints();
    }
  }

  #commitHints(): void {
    const { consumer, logger } = this.#options;
    const positions = this.#assigned().flatMap(({ topic, partition, hint }) => {
      return hint === null ? [] : [{ topic, partition, offset: hint }];
    });
    consumer.commit(positions).catch((err: unknown) => logger.debug({ err }, 'group offsets not committed'));
  }

  #observe(): (() => void)[] {
    return observeWorker(this.#options.metrics, {
      contacts: this.#contacts,
      kafkaUp: () => this.#kafkaUp,
      watchdog: this.#watchdog,
      guards: this.#guards,
      owned: () => [...this.#owned.values()],
      lags: () => [...this.#lags].map(([{ topic, partition }, lag]) => ({ topic, partition, lag })),
      entityLags: () => this.#options.entities.lag,
    });
  }
}

function nameOf({ topic, partition }: TopicPartition): string {
  return `${topic}/${partition}`;
}
