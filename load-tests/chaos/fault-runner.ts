import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '../../deploy/local/service.ts';
import type { PlannedFault } from './fault-plan.ts';
import { type Fault, type FaultName, FAULTS, type System, type Target } from './faults.ts';
import type { Door, RecoveryWatch, RecoveryWatches } from './recovery.ts';
import { SeededRandom } from '../seeded-random.ts';

type DoorSeconds = Readonly<Record<Door, number | null>>;

/** What became of a fault. */
export interface FaultRecord {
  readonly name: FaultName;
  /** What it has drawn, in words. */
  readonly what: string | null;
  /** After the first transaction. */
  readonly at_seconds: number;
  /** Until what it broke was up again and ready. */
  readonly up_seconds: number;
  /** From the fault until each partition has decided something that was sent after the fault, by door; null if the run ended before. */
  readonly decided_seconds: DoorSeconds;
  /** The same from the moment on at which it was up again. */
  readonly decided_after_up_seconds: DoorSeconds;
  /** No other fault was under way, or being recovered from, at the same time. */
  readonly alone: boolean;
}

interface Happened {
  readonly name: FaultName;
  readonly what: string | null;
  readonly brokenAt: number;
  readonly upAt: number;
  readonly sinceFault: RecoveryWatch;
  readonly sinceUp: RecoveryWatch;
}

/** Lets faults happen when they are due, those of one target one after the other. */
export class FaultRunner {
  readonly #system: System;
  readonly #watches: RecoveryWatches;
  readonly #log: Log;
  readonly #lastOf = new Map<Target, Promise<void>>();
  readonly #happened: Happened[] = [];

  constructor(system: System, watches: RecoveryWatches, log: Log) {
    this.#system = system;
    this.#watches = watches;
    this.#log = log;
  }

  /** Resolves when everything that was broken is up again. Rejects with the first fault that could not be carried out. */
  async run(plan: readonly PlannedFault<FaultName>[], startedAt: number): Promise<void> {
    const { signal } = this.#system;
    const running: Promise<void>[] = [];
    for (const planned of plan) {
      const waitMs = startedAt + 1_000 * planned.atSeconds - performance.now();
      await sleep(Math.max(0, waitMs), undefined, { signal }).catch(() => undefined);
      if (signal.aborted) break;
      const { target }: Fault = FAULTS[planned.name];
      const before = this.#lastOf.get(target) ?? Promise.resolve();
      const fault = before.then(() => (signal.aborted ? undefined : this.#perform(planned)));
      // Reported by the list; a failed one must not let the next one of its target happen.
      fault.catch(() => undefined);
      this.#lastOf.set(target, fault);
      running.push(fault);
    }
    await Promise.all(running);
  }

  records(startedAt: number): readonly FaultRecord[] {
    const spans = this.#happened.map(spanOf);
    return this.#happened.map(({ name, what, brokenAt, upAt, sinceFault, sinceUp }, i) => {
      const [from, to] = spans[i] as Span;
      return {
        name,
        what,
        at_seconds: seconds(brokenAt - startedAt),
        up_seconds: seconds(upAt - brokenAt),
        decided_seconds: sinceFault.seconds,
        decided_after_up_seconds: sinceUp.seconds,
        alone: spans.every(([otherFrom, otherTo], j) => j === i || otherTo < from || otherFrom > to),
      };
    });
  }

  async #perform({ name, seed }: PlannedFault<FaultName>): Promise<void> {
    const fault: Fault = FAULTS[name];
    const brokenAt = performance.now();
    const sinceFault = this.#watches.since(brokenAt);
    this.#log(`fault: ${name}`);
    const what = await fault.run(this.#system, new SeededRandom(seed));
    const upAt = performance.now();
    this.#log(`fault: ${name}${what === null ? '' : ` (${what})`} is over after ${seconds(upAt - brokenAt)} s`);
    this.#happened.push({ name, what, brokenAt, upAt, sinceFault, sinceUp: this.#watches.since(upAt) });
  }
}

type Span = readonly [from: number, to: number];

function spanOf({ brokenAt, upAt, sinceFault, sinceUp }: Happened): Span {
  const ends = [sinceFault, sinceUp].flatMap((watch) =>
    Object.values(watch.seconds).map((door) => (door === null ? Infinity : watch.sinceAt + 1_000 * door)),
  );
  return [brokenAt, Math.max(upAt, ...ends)];
}

function seconds(ms: number): number {
  return Math.round(ms / 10) / 100;
}
