import {
  APPEND_TOO_LARGE,
  assert,
  type Clock,
  type DecisionLog,
  type LogRecord,
  type NewLogRecord,
  OffsetOutOfRange,
  StopSignal,
  TransientFault,
  type Watermarks,
} from '#libs/core';

/**
 * What becomes of one append.
 * `fail_before`: rejects, nothing is written. `fail_after`: everything is written, then it rejects. `partly`: the first half is written, then it
 * rejects. `twice`: written twice and acknowledged, as a producer that retries does. `twice_fail`: written twice, then it rejects.
 */
export type AppendFate = 'fail_before' | 'fail_after' | 'partly' | 'twice' | 'twice_fail';

/** An append under way whose records are not in the log yet. */
export interface HeldAppend {
  /** Writes the records now, and acknowledges if the caller still waits. Once. */
  release(): void;
  /** Rejects the caller's promise now; `release` may still write the records later: a late packet. */
  fail(): void;
}

interface Partition {
  low: number;
  high: number;
  records: LogRecord[];
  inFlight: boolean;
  readonly fates: AppendFate[];
  readonly holds: ((held: HeldAppend) => void)[];
  readonly wakers: Set<() => void>;
}

const realTime: Pick<Clock, 'nowMs' | 'sleep'> = {
  nowMs: () => Date.now(),
  sleep: (delayMs, signal) =>
    new Promise((resolve) => {
      const timer = setTimeout(end, delayMs);
      let forget: (() => void) | undefined = undefined;
      function end(): void {
        clearTimeout(timer);
        forget?.();
        resolve();
      }
      forget = signal?.onStop(end);
    }),
};

/** A decision log in memory that behaves as the one on Kafka does (one contract suite for both), with faults on demand. */
export class InMemoryLog implements DecisionLog {
  readonly topic: string;
  readonly #partitions: readonly Partition[];
  readonly #clock: Pick<Clock, 'nowMs' | 'sleep'>;
  /** Keys and values of one append that are taken; the broker's `max.message.bytes`. */
  maxAppendBytes = Infinity;

  constructor(options: {
    readonly partitions: number;
    readonly clock?: Pick<Clock, 'nowMs' | 'sleep'>;
    readonly topic?: string;
  }) {
    this.topic = options.topic ?? 'decisions.v1';
    this.#clock = options.clock ?? realTime;
    this.#partitions = Array.from({ length: options.partitions }, () => ({
      low: 0,
      high: 0,
      records: [],
      inFlight: false,
      fates: [],
      holds: [],
      wakers: new Set<() => void>(),
    }));
  }

  async watermarks(partition: number): Promise<Watermarks> {
    await Promise.resolve();
    const { low, high } = this.#of(partition);
    return { low, high };
  }

  async read(
    partition: number,
    offset: number,
    options: { readonly maxBytes: number; readonly maxWaitMs: number },
  ): Promise<{ records: readonly LogRecord[]; nextOffset: number; highWatermark: number }> {
    await Promise.resolve();
    const state = this.#of(partition);
    this.#checkRange(partition, offset);
    if (offset === state.high && options.maxWaitMs > 0) {
      await this.#waitForRecords(state, options.maxWaitMs);
      this.#checkRange(partition, offset);
    }
    const records: LogRecord[] = [];
    let bytes = 0;
    let nextOffset = state.high;
    for (const record of state.records) {
      if (record.offset < offset) continue;
      const size = sizeOf(record);
      if (records.length > 0 && bytes + size > options.maxBytes) {
        nextOffset = record.offset;
        break;
      }
      records.push(record);
      bytes += size;
    }
    return { records, nextOffset, highWatermark: state.high };
  }

  async append(partition: number, records: readonly NewLogRecord[]): Promise<void> {
    const state = this.#of(partition);
    assert(!state.inFlight, `one append in flight for partition ${partition}`);
    if (records.length === 0) return;
    state.inFlight = true;
    try {
      await Promise.resolve();
      const bytes = records.reduce((sum, { key, value }) => sum + (key?.length ?? 0) + (value?.length ?? 0), 0);
      if (bytes > this.maxAppendBytes) throw new TransientFault(APPEND_TOO_LARGE, `${bytes} bytes`);
      const hold = state.holds.shift();
      if (hold === undefined) this.#meetFate(partition, records, state.fates.shift());
      else await this.#held(partition, records, hold);
    } finally {
      state.inFlight = false;
    }
  }

  /** The fates of the partition's next appends, in order. */
  nextAppends(partition: number, ...fates: AppendFate[]): void {
    this.#of(partition).fates.push(...fates);
  }

  /** The next append of the partition is held; resolves once it has been called. */
  holdNextAppend(partition: number): Promise<HeldAppend> {
    return new Promise((resolve) => this.#of(partition).holds.push(resolve));
  }

  /** Writes at once, as another producer would, whatever the fates say. */
  write(partition: number, records: readonly NewLogRecord[]): void {
    const state = this.#of(partition);
    const timestampMs = this.#clock.nowMs();
    for (const { key, value, headers } of records) {
      state.records.push({ offset: state.high, timestampMs, key, value, headers: { ...headers } });
      state.high += 1;
    }
    wake(state);
  }

  /** Offsets that hold no record, as control records leave them. */
  leaveHole(partition: number, offsets: number): void {
    const state = this.#of(partition);
    state.high += offsets;
    wake(state);
  }

  /** Retention: nothing below `low` is kept. */
  trim(partition: number, low: number): void {
    const state = this.#of(partition);
    assert(low <= state.high, `a low watermark (${low}) at most the high one (${state.high})`);
    state.low = Math.max(state.low, low);
    state.records = state.records.filter((record) => record.offset >= state.low);
  }

  /** Data loss: nothing from `high` on is kept, and its offsets are given again. */
  truncate(partition: number, high: number): void {
    const state = this.#of(partition);
    assert(high >= state.low && high <= state.high, `a high watermark in [${state.low}, ${state.high}], not ${high}`);
    state.high = high;
    state.records = state.records.filter((record) => record.offset < high);
    wake(state);
  }

  /** Everything kept of a partition. */
  records(partition: number): readonly LogRecord[] {
    return [...this.#of(partition).records];
  }

  #of(partition: number): Partition {
    const state = this.#partitions[partition];
    assert(state !== undefined, `a partition below ${this.#partitions.length}, not ${partition}`);
    return state;
  }

  #checkRange(partition: number, offset: number): void {
    const { low, high } = this.#of(partition);
    if (offset >= low && offset <= high) return;
    throw new OffsetOutOfRange(`Offset ${offset} of partition ${partition} is not in [${low}, ${high}]`);
  }

  async #waitForRecords(state: Partition, maxWaitMs: number): Promise<void> {
    const woken = new StopSignal();
    const waker = (): void => woken.stop();
    state.wakers.add(waker);
    await this.#clock.sleep(maxWaitMs, woken);
    state.wakers.delete(waker);
  }

  #meetFate(partition: number, records: readonly NewLogRecord[], fate: AppendFate | undefined): void {
    if (fate === undefined) return this.write(partition, records);
    if (fate === 'fail_before') throw appendFailed();
    this.write(partition, fate === 'partly' ? records.slice(0, Math.ceil(records.length / 2)) : records);
    if (fate === 'twice' || fate === 'twice_fail') this.write(partition, records);
    if (fate !== 'twice') throw appendFailed();
  }

  #held(partition: number, records: readonly NewLogRecord[], hold: (held: HeldAppend) => void): Promise<void> {
    return new Promise((resolve, reject) => {
      let released = false;
      const release = (): void => {
        assert(!released, 'a held append is released once');
        released = true;
        this.write(partition, records);
        resolve();
      };
      hold({ release, fail: () => reject(appendFailed()) });
    });
  }
}

function wake(state: Partition): void {
  for (const waker of state.wakers) waker();
}

function sizeOf({ key, value, headers }: LogRecord): number {
  const headerBytes = Object.entries(headers).reduce((sum, [name, text]) => sum + name.length + text.length, 0);
  return (key?.byteLength ?? 0) + (value?.byteLength ?? 0) + headerBytes;
}

function appendFailed(): TransientFault {
  return new TransientFault('append_failed', 'The append failed, or its outcome is unknown');
}
