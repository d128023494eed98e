import { StopSignal } from '../stop-signal.ts';
import type { TransactionRejected } from '../event.ts';
import { TransientFault } from '../faults.ts';
import type { LogRecord } from '../ports/decision-log.ts';
import { findStartBefore } from '../log/read-log.ts';
import type { OwnerPorts } from './owner-ports.ts';

const READ = { maxBytes: 1024 * 1024, maxWaitMs: 0 };

/**
 * Copies valid rejections to the dead-letter topic, in order, at least once. `upToSeq` is what the store may note: everything at or below it is copied.
 * An owner that died between a valid rejection and its copy is made up for by `catchUp`.
 */
export class DeadLetterCopier {
  readonly #ports: OwnerPorts;
  readonly #partition: number;
  #upToSeq: number;
  #waiting: { seq: number; rejection: TransactionRejected }[] = [];

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

  /** Takes in a valid record that was followed; only rejections matter. */
  see(seq: number, record: LogRecord): void {
    if (record.headers['ce_type'] !== 'transaction.rejected' || seq <= this.#upToSeq) return;
    const event = this.#ports.codec.decode(record);
    if (event.type === 'transaction.rejected') this.#waiting.push({ seq, rejection: event });
  }

  /** Copies what waits; afterwards everything up to `followedSeq` is copied. Throws `TransientFault`; nothing is forgotten then. */
  async flush(followedSeq: number): Promise<void> {
    const batch = this.#waiting.filter(({ seq }) => seq <= followedSeq);
    if (batch.length > 0) await this.#ports.deadLetters.copy(batch.map(({ rejection }) => rejection));
    this.#waiting = this.#waiting.filter(({ seq }) => seq > followedSeq);
    this.#upToSeq = Math.max(this.#upToSeq, followedSeq);
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
