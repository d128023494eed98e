import { InvalidMessage, TransientFault } from '../faults.ts';
import { parseClaim } from '../log/claim.ts';
import { LogDiverged } from '../log/log-follower.ts';
import { NoVerifiableStart } from '../log/read-log.ts';
import { Wakeup } from '../owner/wakeup.ts';
import { OffsetOutOfRange } from '../ports/decision-log.ts';
import { StopSignal, unlessStopped } from '../stop-signal.ts';
import { SourceReader } from './source-reader.ts';
import { SourceReading, type TargetPosition } from './source-reading.ts';
import { findSourceStart } from './source-start.ts';
import type { UpdaterHooks, UpdaterLimits, UpdaterPorts } from './updater-options.ts';

const SHORT_PAUSE_MS = 100;
const LONG_PAUSE_MS = 15_000;
/** What is found again so soon has not passed. */
const SAME_DIVERGENCE_MS = 60_000;

/** A position of the store is no claim: a person is making the entities anew, or somebody else writes there. */
class PositionUnreadable extends Error {
  override readonly name = 'PositionUnreadable';
}

/** What a source is read with. */
export interface SourceSurroundings {
  readonly ports: UpdaterPorts<unknown>;
  readonly targets: number;
  readonly limits: UpdaterLimits;
  readonly hooks: UpdaterHooks;
  /** There are events to take. */
  readonly wake: () => void;
}

/** How far entities are behind one partition of the log. */
export interface SourceLag {
  readonly source: number;
  /** Records of the log that are not applied; null while that is not known. */
  readonly events: number | null;
  /** For how long the first of them has been in the log; while that is not known, for how long nothing is known to be up to date. */
  readonly seconds: number;
  /** It waits for a person. */
  readonly halted: boolean;
}

/** One partition of the log for as long as it is read here: from where the store says, ahead of what is applied, anew whenever it must be. */
export class LogSource {
  readonly source: number;
  readonly #surroundings: SourceSurroundings;
  readonly #stopping = new StopSignal();
  readonly #room: Wakeup;
  #reading: SourceReading | null = null;
  /** When the log was last found not to be what the store says, monotonic. */
  #divergedAtMs = -Infinity;
  #halted = false;
  /** When nothing was left to apply, wall clock. */
  #upToDateAtMs: number;

  constructor(source: number, surroundings: SourceSurroundings) {
    this.source = source;
    this.#surroundings = surroundings;
    this.#room = new Wakeup(surroundings.ports.clock);
    this.#upToDateAtMs = surroundings.ports.clock.nowMs();
  }

  get lag(): SourceLag {
    const { events, sinceMs } = this.#reading?.pending ?? { events: null, sinceMs: null };
    const lagMs = this.#surroundings.ports.clock.nowMs() - (sinceMs ?? this.#upToDateAtMs);
    const seconds = events === 0 ? 0 : Math.max(0, lagMs) / 1_000;
    return { source: this.source, events, seconds, halted: this.#halted };
  }

  /** null until it is known where to read. */
  get reading(): SourceReading | null {
    return this.#reading;
  }

  /** Resolves after `stop`. Throws only for bugs. */
  async run(): Promise<void> {
    while (!this.#stopping.stopped) {
      try {
        await this.#start();
        await this.#follow();
        if (!this.#stopping.stopped) await this.#pause(SHORT_PAUSE_MS);
      } catch (error) {
        this.#end();
        await this.#standBack(error);
      }
    }
  }

  stop(): void {
    this.#stopping.stop();
    this.#end();
  }

  /** Forgets what was read: the store is asked again where to read on. */
  restart(): void {
    if (this.#reading === null) return;
    this.#surroundings.hooks.restarted(this.source);
    this.#end();
  }

  /** Events were taken: there may be room for more. */
  makeRoom(): void {
    this.#room.wake();
  }

  #end(): void {
    this.#reading?.ended.stop();
    this.#reading = null;
    this.#room.wake();
  }

  async #start(): Promise<void> {
    const { ports, targets, hooks } = this.#surroundings;
    const all = Array.from({ length: targets }, (_, target) => target);
    const stored = await ports.store.positions(all, [this.source]);
    const positions = stored.map(([text = null], target) => readPosition(target, text));
    const claims = positions.map(({ claim }) => claim);
    const start = await findSourceStart(ports.log, this.source, claims);
    if (start.lost !== null) hooks.lost(this.source, start.lost);
    if (this.#stopping.stopped) return;
    this.#reading = new SourceReading(this.source, new SourceReader(start, ports, targets), positions);
  }

  async #follow(): Promise<void> {
    const { ports, limits, wake } = this.#surroundings;
    const reading = this.#reading;
    if (reading === null) return;
    const options = { maxBytes: limits.readBytes, maxWaitMs: limits.readWaitMs };
    while (!reading.ended.stopped) {
      if (reading.waiting >= limits.queueEvents) {
        await this.#room.wait(limits.sweepMs);
        continue;
      }
      const page = await unlessStopped(ports.log.read(this.source, reading.nextOffset, options), reading.ended);
      if (page === null) return;
      reading.add(page);
      this.#halted = false;
      if (reading.pending.events === 0) this.#upToDateAtMs = ports.clock.nowMs();
      if (reading.waiting > 0) wake();
    }
  }

  /** Waits as long as is fit for what went wrong. */
  async #standBack(error: unknown): Promise<void> {
    const { hooks } = this.#surroundings;
    if (error instanceof TransientFault) hooks.retried(error.code);
    else if (error instanceof OffsetOutOfRange) hooks.retried('out_of_range');
    else if (error instanceof LogDiverged && this.#isFirstDivergence()) hooks.retried('log_diverged');
    else if (waitsForPerson(error)) {
      this.#halted = true;
      hooks.halted(this.source, error.message);
      return this.#pause(LONG_PAUSE_MS);
    } else throw error;
    await this.#pause(SHORT_PAUSE_MS);
  }

  /** The log is looked at once more before anybody is woken: its end can lie behind for a moment after its leader changed. */
  #isFirstDivergence(): boolean {
    const nowMs = this.#surroundings.ports.clock.monotonicMs();
    const isFirst = nowMs - this.#divergedAtMs > SAME_DIVERGENCE_MS;
    this.#divergedAtMs = nowMs;
    return isFirst;
  }

  async #pause(aboutMs: number): Promise<void> {
    const { clock } = this.#surroundings.ports;
    await clock.sleep(aboutMs * (0.5 + clock.random()), this.#stopping);
  }
}

function readPosition(target: number, text: string | null): TargetPosition {
  const claim = parseClaim(text);
  if (text !== null && claim === null) throw new PositionUnreadable(`The position in partition ${target} is "${text}"`);
  return { text, claim };
}

function waitsForPerson(error: unknown): error is Error {
  return [LogDiverged, NoVerifiableStart, InvalidMessage, PositionUnreadable].some((kind) => error instanceof kind);
}
