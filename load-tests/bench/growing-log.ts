import { createEventCodec } from '#libs/contracts';
import {
  type Decision,
  type DecisionLog,
  eventRecord,
  FEATURES,
  type LogEvent,
  type LogRecord,
  type NewLogRecord,
  NO_ENTITY_MARKS,
  openRecord,
  PROTOCOL_VERSION,
  type Transaction,
} from '#libs/core';
import { PARAMETERS } from './simulated-accounts.ts';

const codec = createEventCodec();

/**
 * A decision log in memory, for readers alone: its pages cost a slice, so that what is measured is the reader. It is written beforehand, and what of it
 * can be read grows.
 */
export class GrowingLog implements DecisionLog {
  readonly topic = 'decisions.v1';
  readonly #partitions: { readonly records: LogRecord[]; high: number }[];
  readonly #waiting = new Set<() => void>();

  constructor(partitions: number) {
    this.#partitions = Array.from({ length: partitions }, () => ({ records: [], high: 0 }));
    const open = { epoch: 1, base: 0, nonce: 'bench', protocolVersion: PROTOCOL_VERSION, claim: null };
    for (const partition of this.#partitions) append(partition.records, openRecord({ ...open, table: [{ epoch: 1, base: 0 }] })); // prettier-ignore
  }

  /** Writes an event to a partition's end, where it cannot be read yet. */
  write(partition: number, event: LogEvent): void {
    const { records } = this.#of(partition);
    // The OPEN has offset 0, so an event's offset is its seq.
    append(records, eventRecord(codec.encode(event), { epoch: 1, seq: records.length }, null));
  }

  /** All that is written can be read from now on. */
  show(): void {
    for (const partition of this.#partitions) partition.high = partition.records.length;
    for (const wake of this.#waiting) wake();
  }

  watermarks(partition: number): Promise<{ low: number; high: number }> {
    return Promise.resolve({ low: 0, high: this.#of(partition).high });
  }

  async read(
    partition: number,
    offset: number,
    { maxBytes, maxWaitMs }: { readonly maxBytes: number; readonly maxWaitMs: number },
  ): Promise<{ records: readonly LogRecord[]; nextOffset: number; highWatermark: number }> {
    const of = this.#of(partition);
    if (offset === of.high) await this.#shown(maxWaitMs);
    let nextOffset = offset;
    for (let bytes = 0; nextOffset < of.high && bytes < maxBytes; nextOffset++) {
      bytes += of.records[nextOffset]?.value?.length ?? 0;
    }
    return { records: of.records.slice(offset, nextOffset), nextOffset, highWatermark: of.high };
  }

  append(): Promise<void> {
    return Promise.reject(new Error('This log is only read'));
  }

  #of(partition: number): { readonly records: LogRecord[]; high: number } {
    const of = this.#partitions[partition];
    if (of === undefined) throw new Error(`there is no partition ${partition}`);
    return of;
  }

  /** Resolves when there may be more to read, or after so long. */
  #shown(maxWaitMs: number): Promise<void> {
    return new Promise((resolve) => {
      const end = (): void => {
        clearTimeout(timer);
        this.#waiting.delete(end);
        resolve();
      };
      const timer = setTimeout(end, maxWaitMs);
      this.#waiting.add(end);
    });
  }
}

function append(records: LogRecord[], { key, value, headers }: NewLogRecord): void {
  records.push({ offset: records.length, timestampMs: Date.now(), key, value, headers });
}

/** An approval as large as those that a model makes. */
export function approvalOf(transaction: Transaction): LogEvent {
  const decision: Decision = {
    transaction,
    outcome: 'approve',
    riskScore: 100,
    probability: 0.01,
    riskLevel: 'low',
    reasons: [],
    explanation: null,
    model: { id: 'bench', version: '1', sha256: '0'.repeat(64) },
    featureSet: '0'.repeat(64),
    policyVersion: 'bench',
    degradedReasons: [],
    vector: Float32Array.from(FEATURES, (_, i) => 1 / (i + 1)),
    entities: NO_ENTITY_MARKS,
    logTruncated: false,
    late: false,
    decidedAtMs: transaction.eventTimeMs,
    holdExpiresAtMs: null,
  };
  return { type: 'decision.made', decision, amended: [], expired: [], input: null, reducer: PARAMETERS };
}
