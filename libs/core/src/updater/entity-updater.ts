import { assert, TransientFault } from '../faults.ts';
import { formatClaim, type Claim } from '../log/claim.ts';
import { Wakeup } from '../owner/wakeup.ts';
import { StopSignal } from '../stop-signal.ts';
import { EntityMender } from './entity-mender.ts';
import { LogSource, type SourceLag } from './log-source.ts';
import type { SourceReading } from './source-reading.ts';
import { updateTarget, type TargetEvent, type TargetSurroundings } from './update-target.ts';
import type { UpdaterHooks, UpdaterLimits, UpdaterPorts } from './updater-options.ts';

/**
 * Folds the valid events of the log into the records of cards, terminals, devices, ips and beneficiaries: each event once, in order, for every source
 * partition that it is given. One cycle takes events of all sources, so that an entity that many of them speak of is loaded, folded and written once.
 * Any number of updaters may work side by side, on the same source too: the store takes a step only from where it stands. Whatever it falls back to is
 * made good from the log, and so is a record that cannot be read. Protocol section 4, end.
 */
export class EntityUpdater<State> {
  readonly #ports: UpdaterPorts<State>;
  readonly #targets: readonly number[];
  readonly #limits: UpdaterLimits;
  readonly #hooks: UpdaterHooks;
  readonly #sources = new Map<number, LogSource>();
  readonly #running = new Set<Promise<void>>();
  readonly #stopping = new StopSignal();
  readonly #wakeup: Wakeup;
  readonly #mender: EntityMender<State>;
  #sweptAtMs: number;
  #bug: { readonly error: unknown } | null = null;

  /** `partitions`: how many log and store have. */
  constructor(
    ports: UpdaterPorts<State>,
    { partitions, limits, hooks }: { partitions: number; limits: UpdaterLimits; hooks: UpdaterHooks },
  ) {
    this.#ports = ports;
    this.#targets = Array.from({ length: partitions }, (_, target) => target);
    this.#limits = limits;
    this.#hooks = hooks;
    this.#wakeup = new Wakeup(ports.clock);
    this.#mender = new EntityMender({ ports, partitions, limits, stopping: this.#stopping }, hooks);
    this.#sweptAtMs = ports.clock.monotonicMs();
  }

  /** Begins to read a source; nothing when it is read already. To be called while `run` is under way, or before. */
  add(source: number): void {
    if (this.#stopping.stopped || this.#sources.has(source)) return;
    const made = new LogSource(source, {
      ports: this.#ports,
      targets: this.#targets.length,
      limits: this.#limits,
      hooks: this.#hooks,
      wake: () => this.#wakeup.wake(),
    });
    this.#sources.set(source, made);
    const running = made.run().catch((error: unknown) => this.#fail(error));
    this.#running.add(running);
    void running.finally(() => this.#running.delete(running));
  }

  /** Stops reading a source; a step that is under way is harmless. */
  remove(source: number): void {
    this.#sources.get(source)?.stop();
    this.#sources.delete(source);
  }

  /** Asks `run` to end after the step that is under way. */
  stop(): void {
    this.#stopping.stop();
    for (const source of this.#sources.keys()) this.remove(source);
    this.#wakeup.wake();
    this.#mender.wake();
  }

  /** Resolves after `stop`. Throws only for bugs. */
  async run(): Promise<void> {
    this.#running.add(this.#mender.run().catch((error: unknown) => this.#fail(error)));
    try {
      while (!this.#stopping.stopped) {
        const sweepInMs = this.#sweptAtMs + this.#limits.sweepMs - this.#ports.clock.monotonicMs();
        if (sweepInMs <= 0) await this.#sweep();
        else if (await this.#cycle()) await this.#ports.clock.sleep(this.#limits.gapMs, this.#stopping);
        else await this.#wakeup.wait(sweepInMs);
      }
    } catch (error) {
      this.#fail(error);
    }
    await Promise.all(this.#running);
    if (this.#bug !== null) throw this.#bug.error;
  }

  /** Each source that is read here, in no order. */
  get lag(): readonly SourceLag[] {
    return [...this.#sources.values()].map(({ lag }) => lag);
  }

  #fail(error: unknown): void {
    this.#bug ??= { error };
    this.stop();
  }

  /** Applies the next events of every source, in the order (source, seq). Whether there were any. */
  async #cycle(): Promise<boolean> {
    const readings = this.#readings().filter(({ waiting }) => waiting > 0);
    if (readings.length === 0) return false;
    const share = Math.ceil(this.#limits.batchEvents / readings.length);
    const byTarget = new Map<number, TargetEvent[]>();
    for (const reading of readings) {
      for (const [target, events] of eventsByTarget(reading, share)) {
        append(byTarget, target, events);
      }
    }
    for (const source of this.#sources.values()) source.makeRoom();
    await Promise.all([...byTarget].map(([target, events]) => updateTarget(target, events, this.#surroundings)));
    if (!this.#stopping.stopped) for (const reading of readings) reading.settle();
    return true;
  }

  /** Looks whether the store still stands where it is believed to, and moves on the targets that no event concerned. */
  async #sweep(): Promise<void> {
    this.#sweptAtMs = this.#ports.clock.monotonicMs();
    const readings = this.#readings();
    if (readings.length === 0) return;
    try {
      const stored = await this.#ports.store.positions(
        this.#targets,
        readings.map(({ source }) => source),
      );
      for (const [i, reading] of readings.entries()) {
        const hasMoved = stored.some((positions, target) => (positions[i] ?? null) !== reading.position(target).text);
        if (hasMoved && !reading.ended.stopped) this.#restart(reading.source);
      }
      await Promise.all(this.#targets.map((target) => this.#moveOn(target, readings)));
    } catch (error) {
      if (!(error instanceof TransientFault)) throw error;
      this.#hooks.retried(error.code);
    }
  }

  async #moveOn(target: number, readings: readonly SourceReading[]): Promise<void> {
    const behind = readings.flatMap((reading): { reading: SourceReading; claim: Claim }[] => {
      const claim = reading.ended.stopped ? null : reading.settledClaim;
      const at = reading.position(target).claim;
      return claim === null || (at !== null && at.offset >= claim.offset) ? [] : [{ reading, claim }];
    });
    if (behind.length === 0) return;
    const sources = behind.map(({ reading, claim }) => ({
      source: reading.source,
      expected: reading.position(target).text,
      next: formatClaim(claim),
    }));
    const result = await this.#ports.store.apply({ target, sources, records: [] });
    assert(result.status !== 'changed', 'no record was written');
    for (const { reading, claim } of behind) {
      if (result.status === 'applied') reading.moved(target, claim);
      else if (result.found.has(reading.source)) this.#restart(reading.source);
    }
  }

  #restart(source: number): void {
    this.#sources.get(source)?.restart();
  }

  #readings(): SourceReading[] {
    return [...this.#sources.values()].flatMap(({ reading }) => reading ?? []).toSorted((a, b) => a.source - b.source);
  }

  get #surroundings(): TargetSurroundings<State> {
    return {
      ports: this.#ports,
      limits: this.#limits,
      hooks: this.#hooks,
      stopping: this.#stopping,
      restart: (source) => this.#restart(source),
      damaged: (target, entity, reason) => this.#mender.found(target, entity, reason),
    };
  }
}

/** Takes a source's next events apart by target. What the last of them are up to holds for every target that they concern. */
function eventsByTarget(reading: SourceReading, count: number): ReadonlyMap<number, TargetEvent[]> {
  const taken = reading.take(count);
  const byTarget = new Map<number, TargetEvent[]>();
  for (const { claim, touches } of taken) {
    for (const target of new Set(touches.map((touch) => touch.target))) {
      const event = { reading, seq: claim.seq, claim, touches: touches.filter((touch) => touch.target === target) };
      append(byTarget, target, [event]);
    }
  }
  const end = taken.at(-1)?.claim;
  for (const events of byTarget.values()) {
    const last = events.at(-1);
    if (last !== undefined && end !== undefined) events[events.length - 1] = { ...last, claim: end };
  }
  return byTarget;
}

function append(byTarget: Map<number, TargetEvent[]>, target: number, events: readonly TargetEvent[]): void {
  const known = byTarget.get(target);
  if (known === undefined) byTarget.set(target, [...events]);
  else known.push(...events);
}
