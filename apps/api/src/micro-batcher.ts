import { type Clock, StopSignal } from '#libs/core';

/** What became of a submitted item: its result, or why it has none. `expired`: its deadline passed, and it may still be worked on. */
export type Submitted<R> =
  { readonly status: 'done'; readonly result: R } | { readonly status: 'expired' } | { readonly status: 'overloaded' };

export interface MicroBatcherOptions<T, R> {
  /** Works on one batch; results in the order of `items`. `deadlineMs` is the latest of theirs. Called for one batch of a partition at a time. */
  readonly run: (partition: number, items: readonly T[], deadlineMs: number) => Promise<readonly R[]>;
  readonly clock: Pick<Clock, 'monotonicMs' | 'sleep'>;
  readonly maxItems: number;
  /** Items that may wait or be worked on; more are refused at once. */
  readonly maxWaiting: number;
}

interface Entry<T, R> {
  readonly item: T;
  readonly deadlineMs: number;
  /** Stops when the item has its outcome. */
  readonly settled: StopSignal;
  readonly settle: (outcome: Submitted<R>) => void;
  readonly fail: (cause: unknown) => void;
}

interface Lane<T, R> {
  waiting: Entry<T, R>[];
  running: Promise<void> | undefined;
}

/**
 * Groups items of one partition that arrive in the same turn of the event loop, and, while a batch is being worked on, all that arrive
 * meanwhile: under load batches grow by themselves, without load nobody waits. Partitions do not wait for each other.
 */
export class MicroBatcher<T, R> {
  readonly #options: MicroBatcherOptions<T, R>;
  readonly #lanes = new Map<number, Lane<T, R>>();
  #pending = 0;

  constructor(options: MicroBatcherOptions<T, R>) {
    this.#options = options;
  }

  /** Items that wait or are being worked on, expired ones included until their batch is over. */
  get pending(): number {
    return this.#pending;
  }

  /** Resolves with the item's result, or at `deadlineMs` (monotonic) without one. Rejects when `run` did. */
  submit(partition: number, item: T, deadlineMs: number): Promise<Submitted<R>> {
    if (this.#pending >= this.#options.maxWaiting) return Promise.resolve({ status: 'overloaded' });
    const { promise, resolve, reject } = Promise.withResolvers<Submitted<R>>();
    const leftMs = Math.max(0, deadlineMs - this.#options.clock.monotonicMs());
    const settled = new StopSignal();
    const once = <V>(action: (value: V) => void) => {
      return (value: V): void => {
        if (settled.stopped) return;
        settled.stop();
        action(value);
      };
    };
    const entry: Entry<T, R> = { item, deadlineMs, settled, settle: once(resolve), fail: once(reject) };
    void this.#options.clock.sleep(leftMs, settled).then(() => entry.settle({ status: 'expired' }));
    this.#pending += 1;
    this.#enqueue(partition, entry);
    return promise;
  }

  /** Resolves when everything submitted so far is over. */
  async drain(): Promise<void> {
    while (this.#pending > 0) await Promise.all([...this.#lanes.values()].flatMap(({ running }) => running ?? []));
  }

  #enqueue(partition: number, entry: Entry<T, R>): void {
    let lane = this.#lanes.get(partition);
    if (lane === undefined) {
      lane = { waiting: [], running: undefined };
      this.#lanes.set(partition, lane);
    }
    lane.waiting.push(entry);
    lane.running ??= this.#work(partition, lane);
  }

  /** Works a lane until nothing waits in it. Never rejects: what goes wrong is told to those who wait for it. */
  async #work(partition: number, lane: Lane<T, R>): Promise<void> {
    // The rest of this turn of the event loop may bring more for the first batch.
    await this.#options.clock.sleep(0);
    while (lane.waiting.length > 0) {
      const taken = lane.waiting.splice(0, this.#options.maxItems);
      await this.#runBatch(
        partition,
        taken.filter(({ settled }) => !settled.stopped),
      );
      this.#pending -= taken.length;
    }
    lane.running = undefined;
  }

  async #runBatch(partition: number, batch: readonly Entry<T, R>[]): Promise<void> {
    if (batch.length === 0) return;
    try {
      const items = batch.map(({ item }) => item);
      const results = await this.#options.run(partition, items, Math.max(...batch.map(({ deadlineMs }) => deadlineMs)));
      batch.forEach(({ settle, fail }, i) => {
        const result = results[i];
        if (result === undefined) fail(new Error('A batch has fewer results than items'));
        else settle({ status: 'done', result });
      });
    } catch (cause) {
      for (const { fail } of batch) fail(cause);
    }
  }
}
