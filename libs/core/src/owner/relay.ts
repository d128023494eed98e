import { StopSignal, unlessStopped } from '../stop-signal.ts';
import { TransientFault } from '../faults.ts';
import { formatClaim } from '../log/claim.ts';
import { LogDiverged, type LogFollower } from '../log/log-follower.ts';
import { eventRecord } from '../log/log-record.ts';
import { APPEND_TOO_LARGE, type NewLogRecord } from '../ports/decision-log.ts';
import type { Fenced } from '../ports/partition-store.ts';
import type { DeadLetterCopier } from './dead-letter-copier.ts';
import type { OpenedPartition } from './open-partition.ts';
import { outboxSends, type OutboxSend } from './outbox-sends.ts';
import type { OwnerPorts } from './owner-ports.ts';
import { EVENT_TOO_LARGE, type RelayEnd, type RelayHooks, type RelayLimits } from './relay-options.ts';
import { Wakeup } from './wakeup.ts';

const BLOCKED_PAUSE_MS = 15_000;

/**
 * Publishes the outbox of one open partition to the log, following its own records by the rule: what is not read back as valid is sent again.
 * One send in flight. Ends when the partition is no longer its own. Protocol section 4, steps 8 to 10.
 */
export class Relay {
  readonly #partition: number;
  readonly #opened: OpenedPartition;
  readonly #ports: OwnerPorts;
  readonly #copier: DeadLetterCopier;
  readonly #limits: RelayLimits;
  readonly #hooks: RelayHooks;
  readonly #follower: LogFollower;
  readonly #wakeup: Wakeup;
  readonly #reopenAtMs: number;
  readonly #stopping = new StopSignal();
  #sentSeq: number;
  #mustResend = false;
  /** Up to here every event is sent alone: together they were too large for the log. */
  #aloneUpToSeq = 0;
  /** There may be something in the outbox that was not sent; progress of the log alone does not read it again. */
  #outboxStirred = true;
  #caughtUp = false;
  #notedSeq: number;
  #notedDeadLetterSeq = -1;
  #trimmedAtMs = 0;
  #committedSeq: number;
  #end: RelayEnd | null = null;

  constructor(
    partition: number,
    opened: OpenedPartition,
    {
      ports,
      copier,
      limits,
      hooks,
    }: { ports: OwnerPorts; copier: DeadLetterCopier; limits: RelayLimits; hooks: RelayHooks },
  ) {
    this.#partition = partition;
    this.#opened = opened;
    this.#ports = ports;
    this.#copier = copier;
    this.#limits = limits;
    this.#hooks = hooks;
    this.#follower = opened.follower;
    this.#wakeup = new Wakeup(ports.clock);
    this.#reopenAtMs = ports.clock.monotonicMs() + limits.openAgeMs * (1 - 0.1 * ports.clock.random());
    this.#sentSeq = this.#notedSeq = this.#committedSeq = opened.base;
  }

  /** There may be something in the outbox. */
  wake(): void {
    this.#outboxStirred = true;
    this.#wakeup.wake();
  }

  /** Ends the relay after the send that is in flight. What is left in the outbox is the next owner's. */
  stop(): void {
    this.#finish('stopped');
  }

  /** Ends the relay, because something about the partition needs to be looked at from the start. */
  reopen(): void {
    this.#finish('diverged');
  }

  /** Everything committed is published. */
  get drained(): boolean {
    return this.#follower.position.seq >= this.#committedSeq;
  }

  /** Resolves with the reason when the relay has ended and nothing of it is in flight but a read, which nobody hears. Throws only for bugs. */
  async run(): Promise<RelayEnd> {
    await Promise.all([
      this.#loop(() => this.#follow()),
      this.#loop(() => this.#publish()),
      this.#loop(
        () => this.#copyEarlierDeadLetters(),
        () => this.#caughtUp,
      ),
    ]);
    return this.#end ?? 'stopped';
  }

  #finish(end: RelayEnd): void {
    this.#end ??= end;
    this.#stopping.stop();
    this.#wakeup.wake();
  }

  /** Repeats `step` until the end, or until it is done; a passing fault is waited out. */
  async #loop(step: () => Promise<void>, done: () => boolean = () => false): Promise<void> {
    while (this.#end === null && !done()) {
      try {
        await step();
      } catch (error) {
        if (error instanceof LogDiverged) return this.#finish('diverged');
        if (!(error instanceof TransientFault)) {
          this.#finish('stopped');
          throw error;
        }
        this.#hooks.retried(error.code);
        await this.#ports.clock.sleep(100 * (0.5 + this.#ports.clock.random()), this.#stopping);
      }
    }
  }

  async #copyEarlierDeadLetters(): Promise<void> {
    await this.#copier.catchUp(this.#opened.base, this.#stopping);
    this.#caughtUp = this.#end === null;
  }

  async #follow(): Promise<void> {
    const acknowledged = this.#mustResend ? 0 : this.#sentSeq;
    const wait = { maxBytes: this.#limits.maxSendBytes, maxWaitMs: this.#limits.pollMs * 5 };
    const reading = this.#ports.log.read(this.#partition, this.#follower.nextOffset, wait);
    const read = await unlessStopped(reading, this.#stopping);
    if (read === null) return;
    const { records, nextOffset, highWatermark } = read;
    const before = this.#follower.position.seq;
    for (const record of records) {
      const followed = this.#follower.accept(record);
      if (followed.kind === 'open') return this.#finish('taken');
      if (followed.kind === 'event') this.#copier.see(followed.seq, record);
    }
    this.#follower.skipTo(nextOffset);
    const { seq } = this.#follower.position;
    if (seq < acknowledged && nextOffset >= highWatermark) {
      this.#mustResend = true;
      this.#hooks.retried('not_valid');
    }
    if (seq > before || this.#mustResend) this.#wakeup.wake();
  }

  async #publish(): Promise<void> {
    if (this.#ports.clock.monotonicMs() > this.#reopenAtMs) return this.#finish('aged');
    if (this.#mustResend) await this.#rewind();
    if (this.#outboxStirred) await this.#sendOutbox();
    if (this.#mustResend || this.#end !== null) return;
    await this.#note();
    if (this.#outboxStirred) return;
    const woken = await this.#wakeup.wait(this.#limits.pollMs);
    if (!woken) this.#outboxStirred = true;
    if (this.#end === null && this.#limits.lingerMs > 0)
      await this.#ports.clock.sleep(this.#limits.lingerMs, this.#stopping);
  }

  /** Sends a page of what was committed; more than a page leaves the outbox stirred. */
  async #sendOutbox(): Promise<void> {
    const { maxEntries, maxSendBytes } = this.#limits;
    const page = await this.#ports.store.readOutbox(this.#partition, this.#opened.home, this.#sentSeq, maxEntries);
    if (page.status !== 'ok') return this.#fenced(page);
    if (page.seq < this.#sentSeq) return this.#finish('moved');
    this.#committedSeq = page.seq;
    this.#outboxStirred = page.entries.length >= maxEntries;
    const maxBytes = this.#sentSeq < this.#aloneUpToSeq ? 0 : maxSendBytes;
    for (const send of outboxSends(page.entries, this.#sentSeq, maxBytes)) {
      await this.#send(send);
      if (this.#mustResend || this.#end !== null) return;
    }
  }

  /** After a send whose outcome is unknown, or that came to nothing: read all there is, go on behind the last valid record. */
  async #rewind(): Promise<void> {
    const { high } = await this.#ports.log.watermarks(this.#partition);
    while (this.#follower.nextOffset < high && this.#end === null) await this.#wakeup.wait(this.#limits.pollMs);
    this.#sentSeq = this.#follower.position.seq;
    this.#mustResend = false;
    this.#outboxStirred = true;
  }

  async #send({ events, lastSeq }: OutboxSend): Promise<void> {
    const { epoch } = this.#opened;
    const { claim } = this.#follower;
    const firstSeq = lastSeq - events.length + 1;
    const records = events.map((event, i): NewLogRecord => {
      return eventRecord(event, { epoch, seq: firstSeq + i }, i === events.length - 1 ? claim : null);
    });
    try {
      await this.#ports.log.append(this.#partition, records);
      this.#sentSeq = lastSeq;
      this.#hooks.sent(events.length);
    } catch (error) {
      this.#mustResend = true;
      if (!(error instanceof TransientFault) || error.code !== APPEND_TOO_LARGE) throw error;
      await this.#tooLarge(events.length, lastSeq);
    }
  }

  /** Sent as it is it would be refused for ever: alone, each event may pass; one that does not waits for a person to raise the topic's limit. */
  async #tooLarge(events: number, lastSeq: number): Promise<void> {
    this.#hooks.retried(events > 1 ? APPEND_TOO_LARGE : EVENT_TOO_LARGE);
    if (events > 1) this.#aloneUpToSeq = lastSeq;
    else await this.#ports.clock.sleep(BLOCKED_PAUSE_MS * (0.5 + this.#ports.clock.random()), this.#stopping);
  }

  /** Tells the store what is published, not more often than the limit. */
  async #note(): Promise<void> {
    const { seq } = this.#follower.position;
    const { claim } = this.#follower;
    this.#hooks.published(seq, this.#committedSeq);
    if (this.#caughtUp) await this.#copier.flush(seq);
    const nothingNew = seq === this.#notedSeq && this.#copier.upToSeq === this.#notedDeadLetterSeq;
    const nowMs = this.#ports.clock.monotonicMs();
    if (nothingNew || claim === null) return;
    if (nowMs - this.#trimmedAtMs < this.#limits.trimIntervalMs) {
      await this.#ports.clock.sleep(this.#limits.trimIntervalMs, this.#stopping);
    }
    this.#trimmedAtMs = this.#ports.clock.monotonicMs();
    const deadLetterSeq = this.#copier.upToSeq;
    const result = await this.#ports.store.trim({
      partition: this.#partition,
      home: this.#opened.home,
      epoch: this.#opened.epoch,
      publishedSeq: seq,
      position: formatClaim(claim),
      deadLetterSeq,
      keepFromSeq: Math.max(0, seq - this.#limits.keepEvents),
    });
    if (result.status !== 'ok') return this.#fenced(result);
    this.#notedSeq = seq;
    this.#notedDeadLetterSeq = deadLetterSeq;
  }

  #fenced({ home, sameServer }: Fenced): void {
    this.#finish(home === null || !sameServer ? 'moved' : 'taken');
  }
}
