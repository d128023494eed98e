import {
  EVENT_TOO_LARGE,
  type OpenedPartition,
  type OwnerHooks,
  type OwnerPorts,
  PartitionOwner,
  type RelayEnd,
  type RelayLimits,
  TransientFault,
} from '#libs/core';
import type { Logger, Metrics } from '#libs/platform';
import type { DependencyContacts } from './dependency-contacts.ts';

/** `opening` until it is open here; `halted` waits for a person. */
export type PartitionStatus = 'opening' | 'open' | 'halted' | 'newer_protocol';

/** What an owned partition needs of its surroundings. */
export interface PartitionSurroundings {
  readonly owner: OwnerPorts;
  /** The input topic whose positions it keeps. */
  readonly topic: string;
  readonly relayLimits: RelayLimits;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly contacts: DependencyContacts;
  /** Makes the consumer deliver the partition from `offset` on. */
  readonly deliverFrom: (partition: number, offset: number) => void;
  /** When the group last heard of this member, monotonic. */
  readonly lastHeartbeatMs: () => number;
}

const LOOK_AGAIN_MS = 1_000;

type ReopenReason = 'assigned' | 'store_changed' | 'taken' | 'aged' | 'relay';

const REOPEN_REASONS: Readonly<Record<RelayEnd, ReopenReason>> = {
  stopped: 'assigned',
  moved: 'store_changed',
  taken: 'taken',
  aged: 'aged',
  diverged: 'relay',
};

/** A partition of the input topic while it is assigned to this process: its owner, its relay, and the work on its input. */
export class OwnedPartition {
  readonly topic: string;
  readonly partition: number;
  readonly #surroundings: PartitionSurroundings;
  readonly #owner: PartitionOwner;
  #status: PartitionStatus = 'opening';
  #openReason: ReopenReason = 'assigned';
  #revoked = false;
  #home: string | null = null;
  #outboxDepth = 0;
  #publishedSeq = 0;
  /** Input positions whose events are not all published yet, oldest first. */
  #unpublished: { seq: number; next: number }[] = [];
  #publishedNext: number | null = null;
  #committedAtMs: { seq: number; atMs: number }[] = [];

  constructor(partition: number, surroundings: PartitionSurroundings) {
    this.topic = surroundings.topic;
    this.partition = partition;
    this.#surroundings = surroundings;
    this.#owner = new PartitionOwner(partition, surroundings.owner, {
      limits: surroundings.relayLimits,
      hooks: this.#hooks(),
    });
  }

  get status(): PartitionStatus {
    return this.#status;
  }

  /** Committed and not yet published events, as last seen. */
  get outboxDepth(): number {
    return this.#outboxDepth;
  }

  /** Up to where the input is decided and published: a hint for lag monitors. */
  get hint(): number | null {
    return this.#publishedNext;
  }

  get revoked(): boolean {
    return this.#revoked;
  }

  get drained(): boolean {
    return this.#owner.drained;
  }

  wake(): void {
    this.#owner.wake();
  }

  /** Resolves after `revoke`. Throws only for bugs. */
  run(): Promise<void> {
    return this.#owner.run();
  }

  /** The partition is somebody else's, or the process stops. */
  revoke(): void {
    this.#revoked = true;
    this.#owner.stop();
  }

  /** Records of the input were deleted before they were read: goes on with the first that is left, and says so. If its end is gone, nobody may go on. */
  async outOfRange(offset: number): Promise<void> {
    const { owner, topic, logger } = this.#surroundings;
    const { partition } = this;
    while (!this.#revoked) {
      try {
        const { low, high } = await owner.inputs.watermarks(topic, partition);
        // Opening anew finds that the input ends before its position, and halts.
        if (offset > high) return this.#owner.reopen();
        logger.error({ topic, partition, offset, low }, 'input records were deleted before they were decided');
        return await this.#raiseInput(low);
      } catch (error) {
        if (!(error instanceof TransientFault)) throw error;
        await owner.clock.sleep(LOOK_AGAIN_MS);
      }
    }
  }

  /** A batch of this partition was committed; the input is applied up to `next`. */
  noteCommit(lastSeq: number, next: number): void {
    this.#unpublished.push({ seq: lastSeq, next });
    this.#committedAtMs.push({ seq: lastSeq, atMs: this.#surroundings.owner.clock.monotonicMs() });
    this.wake();
  }

  /** Throws `TransientFault`. */
  async #raiseInput(offset: number): Promise<void> {
    const { owner, topic, deliverFrom } = this.#surroundings;
    if (this.#home === null) return;
    const raised = await owner.store.raiseInput(this.partition, this.#home, topic, offset);
    if (raised.status === 'ok') deliverFrom(this.partition, offset);
  }

  #hooks(): OwnerHooks {
    const { logger, metrics, contacts, lastHeartbeatMs, owner } = this.#surroundings;
    const { partition } = this;
    return {
      opened: (opened) => this.#opened(opened),
      closed: (reason) => {
        this.#status = 'opening';
        this.#home = null;
        this.#openReason = REOPEN_REASONS[reason];
        logger.info({ partition, reason }, 'partition closed');
      },
      notOpened: (status, reason) => {
        this.#status = status === 'halted' || status === 'newer_protocol' ? status : 'opening';
        const fields = { partition, status, reason };
        if (this.#status === 'opening') logger.warn(fields, 'partition not opened yet');
        else logger.error(fields, 'partition halted');
      },
      progress: (stage, { seq, of }) => logger.info({ partition, stage, seq, of }, 'partition being rebuilt'),
      mayOpenAgain: (sinceMs) => !this.#revoked && lastHeartbeatMs() > sinceMs,
      sent: () => {
        if (this.#status === 'halted') this.#status = 'open';
        metrics.add('relaySends', 1, { result: 'acknowledged' });
      },
      retried: (reason) => {
        contacts.failed(reason, owner.clock.monotonicMs());
        metrics.add('relaySends', 1, { result: 'failed' });
        if (reason === EVENT_TOO_LARGE) this.#blocked();
        else logger.warn({ partition, reason }, 'relay tries again');
      },
      published: (seq, committedSeq) => {
        contacts.storeAnswered();
        this.#published(seq, committedSeq);
      },
    };
  }

  /** Decisions are committed until the outbox is full, and none is published. */
  #blocked(): void {
    this.#status = 'halted';
    const fields = { partition: this.partition, seq: this.#publishedSeq + 1 };
    this.#surroundings.logger.error(fields, 'partition halted: an event is larger than the decisions topic takes');
  }

  #opened(opened: OpenedPartition): void {
    const { home, epoch, base, replayed, wiped, raised, mended, input, rebuiltFrom } = opened;
    const { logger, metrics, deliverFrom } = this.#surroundings;
    const from = input.get(this.#surroundings.topic) ?? 0;
    this.#status = 'open';
    this.#home = home;
    this.#publishedSeq = base;
    this.#unpublished = [];
    this.#committedAtMs = [];
    metrics.add('reopens', 1, { reason: this.#openReason });
    logger.info(
      { partition: this.partition, epoch, base, replayed, wiped, from, reason: this.#openReason, home },
      'partition opened',
    );
    if (rebuiltFrom !== null) {
      const { seq, floorMs } = rebuiltFrom;
      logger.warn(
        { partition: this.partition, givenUpTo: seq, floorMs },
        'partition rebuilt from a trimmed log, as asked',
      );
    }
    if (mended.length > 0) {
      metrics.add('mendedAccounts', mended.length, {});
      logger.error(
        { partition: this.partition, accounts: mended },
        'records of accounts were damaged: made anew from the log',
      );
    }
    if (raised.length > 0)
      logger.error(
        { partition: this.partition, topics: raised, from },
        'input records were deleted before they were decided',
      );
    deliverFrom(this.partition, from);
  }

  #published(seq: number, committedSeq: number): void {
    const { metrics, owner } = this.#surroundings;
    this.#outboxDepth = Math.max(0, committedSeq - seq);
    if (seq > this.#publishedSeq) metrics.add('published', seq - this.#publishedSeq, {});
    this.#publishedSeq = Math.max(seq, this.#publishedSeq);
    while (this.#unpublished[0] !== undefined && this.#unpublished[0].seq <= seq) {
      this.#publishedNext = (this.#unpublished.shift() as { next: number }).next;
    }
    const nowMs = owner.clock.monotonicMs();
    while (this.#committedAtMs[0] !== undefined && this.#committedAtMs[0].seq <= seq) {
      const { atMs } = this.#committedAtMs.shift() as { atMs: number };
      metrics.record('committedToPublishedSeconds', (nowMs - atMs) / 1_000, {});
    }
  }
}
