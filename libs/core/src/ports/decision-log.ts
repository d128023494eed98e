/** A record of `decisions.v1` as it lies in the log. Header values are text. */
export interface LogRecord {
  readonly offset: number;
  /** The broker's append time. */
  readonly timestampMs: number;
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  readonly headers: Readonly<Record<string, string>>;
}

/** A record to append. */
export interface NewLogRecord {
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  readonly headers: Readonly<Record<string, string>>;
}

/** First offset kept, and the offset that the next record will get. */
export interface Watermarks {
  readonly low: number;
  readonly high: number;
}

/** One topic whose partitions are read and appended to by offset, without a consumer group. */
export interface DecisionLog {
  /** Its name. */
  readonly topic: string;
  watermarks(partition: number): Promise<Watermarks>;
  /**
   * Records from `offset` on, in order, up to about `maxBytes`, never beyond the high watermark; waits up to `maxWaitMs` when there are none.
   * `nextOffset` is where to read on; it can pass holes. An offset below the low watermark or above the high one throws `OffsetOutOfRange`.
   */
  read(
    partition: number,
    offset: number,
    options: { readonly maxBytes: number; readonly maxWaitMs: number },
  ): Promise<{ readonly records: readonly LogRecord[]; readonly nextOffset: number; readonly highWatermark: number }>;
  /**
   * Appends to one partition, in order, acknowledged by all replicas. The caller keeps one call in flight per partition.
   * Rejects with `TransientFault` when it failed or its outcome is unknown: some or all records may be in the log, now or later, or twice. The code
   * `APPEND_TOO_LARGE` says that the log never takes these records together, and that nothing was written.
   */
  append(partition: number, records: readonly NewLogRecord[]): Promise<void>;
}

/** Code of the fault of an append that is larger than the log takes. */
export const APPEND_TOO_LARGE = 'append_too_large';

/** The offset asked for is not in the partition. */
export class OffsetOutOfRange extends Error {
  override readonly name = 'OffsetOutOfRange';
}
