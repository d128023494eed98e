import { StopSignal } from '../stop-signal.ts';
import { NoVerifiableStart } from '../log/read-log.ts';
import { LogDiverged } from '../log/log-follower.ts';
import { TransientFault } from '../faults.ts';
import { DeadLetterCopier } from './dead-letter-copier.ts';
import { openPartition, type OpenedPartition, type OpenResult } from './open-partition.ts';
import type { OwnerPorts } from './owner-ports.ts';
import { Relay } from './relay.ts';
import type { RelayEnd, RelayHooks, RelayLimits } from './relay-options.ts';

/** Told what becomes of a partition. */
export interface OwnerHooks extends RelayHooks {
  opened(opened: OpenedPartition): void;
  closed(reason: RelayEnd): void;
  /** Opening came to nothing and will be tried again; `halted` and `newer_protocol` wait for a person. */
  notOpened(status: Exclude<OpenResult['status'], 'opened'> | 'fault', reason: string): void;
  progress(stage: 'wiping' | 'replaying', done: { readonly seq: number; readonly of: number }): void;
  /** Whether the input partition is still assigned here, and a heartbeat has succeeded since `sinceMs` (monotonic). */
  mayOpenAgain(sinceMs: number): boolean;
}

const SHORT_PAUSE_MS = 300;
const LONG_PAUSE_MS = 15_000;

/** Owns one partition for as long as the input partition is assigned: opens it, relays its outbox, opens it again whenever that is needed. */
export class PartitionOwner {
  readonly #partition: number;
  readonly #ports: OwnerPorts;
  readonly #limits: RelayLimits;
  readonly #hooks: OwnerHooks;
  readonly #stopping = new StopSignal();
  #relay: Relay | null = null;

  constructor(partition: number, ports: OwnerPorts, { limits, hooks }: { limits: RelayLimits; hooks: OwnerHooks }) {
    this.#partition = partition;
    this.#ports = ports;
    this.#limits = limits;
    this.#hooks = hooks;
  }

  /** There may be something in the outbox. */
  wake(): void {
    this.#relay?.wake();
  }

  /** Opens the partition anew, with all that is checked there. */
  reopen(): void {
    this.#relay?.reopen();
  }

  /** Whether everything committed is published; true while the partition is not open here. */
  get drained(): boolean {
    return this.#relay?.drained ?? true;
  }

  /** Asks `run` to end; `home` is closed if it is still this owner's. */
  stop(): void {
    this.#stopping.stop();
    this.#relay?.stop();
  }

  /** Resolves after `stop`. Throws only for bugs. */
  async run(): Promise<void> {
    while (!this.#stopping.stopped) {
      const result = await this.#open();
      if (result === null) continue;
      if (this.#stopping.stopped) return this.#close(result.home);
      this.#hooks.opened(result);
      const end = await this.#relayUntilEnd(result);
      this.#hooks.closed(end);
      if (end === 'stopped') return this.#close(result.home);
      if (end === 'taken') await this.#standBack();
    }
  }

  /** null after a pause, when it is to be tried again. */
  async #open(): Promise<OpenedPartition | null> {
    try {
      const result = await openPartition(this.#partition, this.#ports, (stage, done) =>
        this.#hooks.progress(stage, done),
      );
      if (result.status === 'opened') return result;
      this.#hooks.notOpened(
        result.status,
        'reason' in result ? result.reason : 'The partition was opened by a newer version',
      );
      if (result.status === 'lost') await this.#standBack();
      else await this.#pause(LONG_PAUSE_MS);
    } catch (error) {
      const passes = error instanceof TransientFault;
      if (!passes && !(error instanceof NoVerifiableStart) && !(error instanceof LogDiverged)) throw error;
      this.#hooks.notOpened(passes ? 'fault' : 'halted', error.message);
      await this.#pause(passes ? SHORT_PAUSE_MS : LONG_PAUSE_MS);
    }
    return null;
  }

  async #relayUntilEnd(opened: OpenedPartition): Promise<RelayEnd> {
    const copied = await this.#deadLetterSeq();
    const copier = new DeadLetterCopier(this.#partition, copied, this.#ports);
    this.#relay = new Relay(this.#partition, opened, {
      ports: this.#ports,
      copier,
      limits: this.#limits,
      hooks: this.#hooks,
    });
    if (this.#stopping.stopped) this.#relay.stop();
    try {
      return await this.#relay.run();
    } finally {
      this.#relay = null;
    }
  }

  async #deadLetterSeq(): Promise<number> {
    for (;;) {
      try {
        return await this.#ports.store.deadLetterSeq(this.#partition);
      } catch (error) {
        if (!(error instanceof TransientFault)) throw error;
        if (this.#stopping.stopped) return 0;
        await this.#pause(SHORT_PAUSE_MS);
      }
    }
  }

  /** Somebody else wants the partition: go on only if it is still assigned here, and after a random pause, so that two do not keep closing it. */
  async #standBack(): Promise<void> {
    const sinceMs = this.#ports.clock.monotonicMs();
    do await this.#pause(SHORT_PAUSE_MS);
    while (!this.#stopping.stopped && !this.#hooks.mayOpenAgain(sinceMs));
  }

  async #pause(aboutMs: number): Promise<void> {
    await this.#ports.clock.sleep(aboutMs * (0.5 + this.#ports.clock.random()), this.#stopping);
  }

  /** Only to spare the next owner a wait: a home that stays is closed by its `begin`. */
  async #close(home: string): Promise<void> {
    try {
      await this.#ports.store.close(this.#partition, home);
    } catch (error) {
      if (!(error instanceof TransientFault)) throw error;
    }
  }
}
