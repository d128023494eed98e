import { setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Clock, EntityStore } from '#libs/core';
import { type EntitySnapshot, InMemoryEntityStore } from '../src/fakes/in-memory-entity-store.ts';
import { approved } from '../src/rig/scripted-log.ts';
import { type RunningUpdater, UPDATER_PARTITIONS, UpdaterRig } from '../src/rig/updater-rig.ts';
import { payments } from './protocol/updater-subject.ts';

const source = fc.nat({ max: UPDATER_PARTITIONS - 1 });

/** What happens to log, store and updaters, in some order. */
const action = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('append' as const), source, count: fc.integer({ min: 1, max: 9 }) }) }, // prettier-ignore
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('open' as const), source }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('zombie' as const), source, epochs: fc.nat({ max: 2 }), seqs: fc.integer({ min: -6, max: 4 }) }) }, // prettier-ignore
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('hole' as const), source, offsets: fc.integer({ min: 1, max: 3 }) }) }, // prettier-ignore
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('start' as const), sources: fc.uniqueArray(source, { minLength: 1 }), batchEvents: fc.constantFrom(1, 4, 50), maxRecords: fc.constantFrom(1, 3, 100) }) }, // prettier-ignore
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('kill' as const), updater: fc.nat({ max: 3 }), when: fc.constantFrom('before' as const, 'after' as const) }) }, // prettier-ignore
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('move' as const), source, updater: fc.nat({ max: 3 }) }) },
  { weight: 2, arbitrary: fc.constant({ kind: 'copy' as const }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('restore' as const), copy: fc.nat({ max: 3 }) }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'flush' as const }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('away' as const), away: fc.boolean() }) },
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('wait' as const), turns: fc.integer({ min: 1, max: 25 }) }) },
);
type Action = typeof action extends fc.Arbitrary<infer T> ? T : never;

/** Time passes only where somebody waits for it. */
function turningClock(): Clock {
  let nowMs = 0;
  return {
    nowMs: () => nowMs,
    monotonicMs: () => nowMs,
    random: () => 0.5,
    sleep: async (delayMs) => {
      nowMs += Math.min(delayMs, 5);
      await turn();
    },
  };
}

/** A world in which the actions happen one after the other, while updaters are at work in between. */
class World {
  readonly store = new InMemoryEntityStore({ partitions: UPDATER_PARTITIONS });
  readonly rig: UpdaterRig;
  readonly #written: number[] = Array.from({ length: UPDATER_PARTITIONS }, () => 0);
  readonly #copies: EntitySnapshot[] = [];
  readonly #running: (RunningUpdater & { kill: (when: 'before' | 'after') => void })[] = [];
  readonly #delays: Iterator<number>;
  readonly #clock = turningClock();

  constructor(delays: Iterable<number>) {
    this.#delays = delays[Symbol.iterator]();
    this.rig = new UpdaterRig(this.store, { clock: this.#clock });
  }

  async do(what: Action): Promise<void> {
    switch (what.kind) {
      case 'append': {
        const from = this.#written[what.source] ?? 0;
        this.#written[what.source] = from + what.count;
        this.rig.script(what.source).decide(...payments(what.source, from, from + what.count));
        return;
      }
      case 'open':
        return void this.rig.script(what.source).open();
      case 'zombie': {
        const script = this.rig.script(what.source);
        const { epoch, seq } = script.position;
        const mark = { epoch: Math.max(1, epoch - what.epochs), seq: Math.max(0, seq + what.seqs) };
        // Only what the rule ignores: nobody writes under an epoch that was never opened, or what would come next.
        if (mark.epoch <= epoch && !(mark.epoch === epoch && seq + 1 >= mark.seq && seq < mark.seq + 3)) {
          script.write(...script.records(payments(9, 0, 3).map(approved), mark));
        }
        return;
      }
      case 'hole':
        return this.rig.log.leaveHole(what.source, what.offsets);
      case 'start':
        return this.#start(what);
      case 'kill':
        return this.#running[what.updater]?.kill(what.when);
      case 'move': {
        for (const { updater } of this.#running) updater.remove(what.source);
        return this.#running[what.updater]?.updater.add(what.source);
      }
      case 'copy':
        return void this.#copies.push(this.store.snapshot());
      case 'restore':
        return this.store.restore(this.#copies[what.copy] ?? this.store.snapshot());
      case 'flush':
        return this.store.restore();
      case 'away':
        this.store.away = what.away;
        return;
      case 'wait':
        for (let i = 0; i < what.turns; i++) await turn();
    }
  }

  async end(): Promise<void> {
    this.store.away = false;
    await this.rig.stop();
    await this.rig.catchUp();
  }

  #start({ sources, batchEvents, maxRecords }: { sources: number[]; batchEvents: number; maxRecords: number }): void {
    let fate: 'before' | 'after' | null = null;
    const delayed = async <T>(call: () => Promise<T>): Promise<T> => {
      await this.#delay();
      if (fate === 'before') throw new Error('killed');
      const result = await call();
      await this.#delay();
      if (fate === 'after') throw new Error('killed');
      return result;
    };
    const store: EntityStore = {
      load: (asked) => delayed(() => this.store.load(asked)),
      positions: (targets, of) => delayed(() => this.store.positions(targets, of)),
      apply: (update) => delayed(() => this.store.apply(update)),
    };
    const started = this.rig.start({ sources, ports: { store }, limits: { batchEvents, maxRecords } });
    this.#running.push({ ...started, kill: (when) => (fate = when) });
  }

  async #delay(): Promise<void> {
    for (let turns = (this.#delays.next().value as number | undefined) ?? 0; turns > 0; turns--) await turn();
  }
}

it('entities are what the log says after any schedule of writers, updaters, kills and stores that go back', async () => {
  const delays = fc.infiniteStream(fc.nat({ max: 4 }));
  await fc.assert(
    fc.asyncProperty(fc.array(action, { minLength: 10, maxLength: 60 }), delays, async (actions, turns) => {
      const world = new World(turns);
      for (const one of actions) await world.do(one);
      await world.end();
      expect(await world.rig.differences()).toEqual({});
    }),
    { numRuns: 150 },
  );
});
