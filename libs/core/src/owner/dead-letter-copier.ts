import { StopSignal } from '../stop-signal.ts';
import type { ExpiredAmendment } from '../account/amendment.ts';
import { EXPIRED_HEADER, type TransactionRejected } from '../event.ts';
import { assert, TransientFault } from '../faults.ts';
import { findEvent } from '../log/find-event.ts';
import type { LogRecord } from '../ports/decision-log.ts';
import { findStartBefore } from '../log/read-log.ts';
import type { OwnerPorts } from './owner-ports.ts';

const READ = { maxBytes: 1024 * 1024, maxWaitMs: 0 };

/** What a valid event sends to the dead letters: itself, or earlier events by their seq. */
type Waiting = { readonly seq: number } & (
  { readonly rejection: TransactionRejected } | { readonly expired: readonly ExpiredAmendment[]; readonly atMs: number }
);

/**
 * Copies valid rejections to the dead-letter topic, in order, at least once, and so the labels and reversals that waited for their transaction in vain.
 * `upToSeq` is what the store may note: everything at or below it is copied.
 * An owner that died between a valid rejection and its copy is made up for by `catchUp`.
 */
export class DeadLetterCopier {
  readonly #ports: OwnerPorts;
  readonly #partition: number;
  #upToSeq: number;
  #waiting: Waiting[] = [];

  constructor(partition: number, copiedSeq: number, ports: OwnerPorts) {
    this.#ports = ports;
    this.#partition = partition;
    this.#upToSeq = copiedSeq;
  }

  get upToSeq(): number {
    return this.#upToSeq;
  }

  /** Rejections that wait to be copied. */
  get backlog(): number {
    return this.#waiting.length;
  }

  /** Takes in a valid record that was followed; only rejections matter, and events with which something expired. */
  see(seq: number, record: LogRecord): void {
    const isRejection = record.headers['ce_type'] === 'transaction.rejected';
    if (seq <= this.#upToSeq || (!isRejection && record.headers[EXPIRED_HEADER] === undefined)) return;
    const event = this.#ports.codec.decode(record);
    if (event.type === 'transaction.rejected') this.#waiting.push({ seq, rejection: event });
    else this.#waiting.push({ seq, expired: event.expired, atMs: record.timestampMs });
  }

  /** Copies what waits; afterwards everything up to `followedSeq` is copied. Throws `TransientFault`; nothing is forgotten then. */
  async flush(followedSeq: number): Promise<void> {
    const batch: TransactionRejected[] = [];
    for (const waiting of this.#waiting) {
      if (waiting.seq > followedSeq) continue;
      if ('rejection' in waiting) batch.push(waiting.rejection);
      else batch.push(...(await this.#lettersOf(waiting)));
    }
    if (batch.length > 0) await this.#ports.deadLetters.copy(batch);
    this.#waiting = this.#waiting.filter(({ seq }) => seq > followedSeq);
    this.#upToSeq = Math.max(this.#upToSeq, followedSeq);
  }

  /** What is written of amendments whose transaction did not come, as they lie in the log. One that was trimmed away is gone. */
  async #lettersOf({ expired, atMs }: Extract<Waiting, { atMs: number }>): Promise<TransactionRejected[]> {
    const letters: TransactionRejected[] = [];
    for (const { seq } of expired) {
      const record = seq === null ? null : await findEvent(this.#ports.log, { partition: this.#partition, seq });
      if (record !== null) letters.push(this.#letterOf(record, atMs));
    }
    return letters;
  }

  #letterOf(record: LogRecord, atMs: number): TransactionRejected {
    const event = this.#ports.codec.decode(record);
    assert(event.type !== 'decision.made' && event.type !== 'transaction.rejected', 'only amendments wait');
    const { canonicalJson } = event.type === 'transaction.recorded' ? event.transaction : event.label;
    const { topic } = this.#ports.log;
    const value = Uint8Array.from(canonicalJson, (character) => character.charCodeAt(0));
    return {
      type: 'transaction.rejected',
      reason: 'unknown_transaction',
      field: event.type === 'transaction.recorded' ? 'original_transaction_id' : 'transaction_id',
      detail: 'The transaction that it is about did not come',
      original: { topic, partition: this.#partition, offset: record.offset, key: record.key, value },
      input: { topic, next: record.offset + 1 },
      rejectedAtMs: atMs,
    };
  }

  /** Reads the log again from what was copied up to `base`. Must end before the first `flush`. */
  async catchUp(base: number, signal: StopSignal): Promise<void> {
    if (this.#upToSeq >= base) return;
    const follower = await findStartBefore(this.#ports.log, this.#partition, { seq: this.#upToSeq, candidate: null });
    if (follower === null) {
      this.#upToSeq = base; // The log was trimmed past them: the rejections themselves are gone.
      return;
    }
    while (follower.position.seq < base && !signal.stopped) {
      const { records, nextOffset } = await this.#ports.log.read(this.#partition, follower.nextOffset, READ);
      if (records.length === 0 && nextOffset <= follower.nextOffset) {
        throw new TransientFault('log_unreadable', `Partition ${this.#partition} of the log ends before seq ${base}`);
      }
      for (const record of records) {
        const followed = follower.accept(record);
        if (followed.kind === 'event' && followed.seq <= base) this.see(followed.seq, record);
      }
      follower.skipTo(nextOffset);
      await this.flush(Math.min(base, follower.position.seq));
    }
  }
}
