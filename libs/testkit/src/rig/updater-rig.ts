import { createEventCodec } from '#libs/contracts';
import {
  type Clock,
  createHasher,
  type EntityRef,
  entityChangesOf,
  entityName,
  EntityUpdater,
  type EntityStore,
  findTail,
  formatClaim,
  type UpdaterHooks,
  type UpdaterLimits,
  type UpdaterPorts,
} from '#libs/core';
import { systemClock } from '#libs/platform';
import { InMemoryLog } from '../fakes/in-memory-log.ts';
import { type ListedEntity, ListingFold } from '../fakes/listing-fold.ts';
import { ScriptedLog } from './scripted-log.ts';

/** Partitions of log and store: few, so that sources meet in targets. */
export const UPDATER_PARTITIONS = 3;

/** An updater that neither reads far ahead nor waits. */
const UPDATER_LIMITS: UpdaterLimits = {
  batchEvents: 16,
  gapMs: 0,
  maxRecords: 8,
  queueEvents: 32,
  readBytes: 8 * 1024,
  readWaitMs: 5,
  sweepMs: 10,
};

/** Real time in which no wait is long, without jitter. */
const hastyClock: Clock = {
  ...systemClock,
  random: () => 0.5,
  sleep: (delayMs, signal) => systemClock.sleep(Math.min(delayMs, 2), signal),
};

/** What an updater of a test is told to do otherwise, or has to itself. */
interface UpdaterReplaced {
  readonly sources?: readonly number[];
  readonly ports?: Partial<UpdaterPorts<ListedEntity>>;
  readonly limits?: Partial<UpdaterLimits>;
  readonly hooks?: Partial<UpdaterHooks>;
}

/** An updater that runs. */
export interface RunningUpdater {
  readonly updater: EntityUpdater<ListedEntity>;
  /** Ends as `run` does: rejects when the process of the test died. */
  readonly ended: Promise<void>;
}

const ignored = (): void => undefined;

/** Entity updaters over a log in memory and a store, with what the log says that the store must hold. */
export class UpdaterRig {
  readonly log: InMemoryLog;
  readonly sources = Array.from({ length: UPDATER_PARTITIONS }, (_, partition) => partition);
  readonly scripts: readonly ScriptedLog[];
  readonly ports: UpdaterPorts<ListedEntity>;
  readonly #started: RunningUpdater[] = [];

  constructor(
    store: EntityStore,
    { fold = new ListingFold(), clock = hastyClock }: { fold?: ListingFold; clock?: Clock } = {},
  ) {
    this.log = new InMemoryLog({ partitions: UPDATER_PARTITIONS, clock });
    this.scripts = this.sources.map((partition) => new ScriptedLog(this.log, partition));
    const hasher = createHasher(new Uint8Array(16).fill(7));
    this.ports = { store, log: this.log, codec: createEventCodec(), hasher, clock, fold };
  }

  /** The script of a partition's log. */
  script(partition: number): ScriptedLog {
    const script = this.scripts[partition];
    if (script === undefined) throw new Error(`there is no partition ${partition}`);
    return script;
  }

  /** Starts an updater; all sources unless it is told otherwise. */
  start({ sources = this.sources, ports = {}, limits = {}, hooks = {} }: UpdaterReplaced = {}): RunningUpdater {
    const updater = new EntityUpdater<ListedEntity>(
      { ...this.ports, ...ports },
      {
        partitions: UPDATER_PARTITIONS,
        limits: { ...UPDATER_LIMITS, ...limits },
        hooks: {
          updated: ignored,
          refused: ignored,
          retried: ignored,
          restarted: ignored,
          halted: ignored,
          lost: ignored,
          corrupt: ignored,
          mended: ignored,
          outOfReach: ignored,
          ...hooks,
        },
      },
    );
    for (const source of sources) updater.add(source);
    const ended = updater.run();
    ended.catch(ignored);
    const running = { updater, ended };
    this.#started.push(running);
    return running;
  }

  /** Ends all updaters; rejects if one has died of what a test did not ask for. */
  async stop(): Promise<void> {
    const started = this.#started.splice(0);
    for (const { updater } of started) updater.stop();
    await Promise.allSettled(started.map(({ ended }) => ended));
  }

  /** Resolves when every target stands at the log's end for every source. */
  async drained(sources: readonly number[] = this.sources): Promise<void> {
    const wanted = await Promise.all(
      sources.map(async (source) => {
        const { claim } = await findTail(this.log, source);
        return claim === null ? null : formatClaim(claim);
      }),
    );
    const deadlineMs = Date.now() + 10_000;
    for (;;) {
      const found = await this.ports.store.positions(this.sources, sources);
      if (found.every((positions) => positions.every((text, i) => text === wanted[i]))) return;
      if (Date.now() > deadlineMs) throw new Error(`not drained: ${JSON.stringify({ found, wanted })}`);
      await this.ports.clock.sleep(2);
    }
  }

  /** Starts an updater, waits until everything is applied, and ends it. */
  async catchUp(replaced: UpdaterReplaced = {}): Promise<void> {
    const { updater, ended } = this.start(replaced);
    await this.drained(replaced.sources);
    updater.stop();
    await ended;
  }

  /** Each entity that the log's valid events speak of, as they make it: one after the other, without store and batches. */
  expected(sources: readonly number[] = this.sources): ReadonlyMap<string, Entity> {
    const { fold, hasher } = this.ports;
    const entities = new Map<string, { entity: EntityRef; state: ListedEntity }>();
    for (const source of sources) {
      for (const { event } of this.script(source).valid()) {
        for (const change of entityChangesOf(event, hasher)) {
          for (const touch of fold.touchedBy(change)) {
            const { kind, key } = touch;
            const { state } = entities.get(entityName(touch)) ?? { state: fold.empty(kind) };
            entities.set(entityName(touch), { entity: { kind, key }, state: fold.reduce(state, change, touch) });
          }
        }
      }
    }
    return new Map(
      [...entities].map(([name, { entity, state }]) => [name, { entity, text: textOf(fold.encode(state)) }]),
    );
  }

  /** What the store has of each entity that the log speaks of, by name. */
  async stored(sources?: readonly number[]): Promise<Readonly<Record<string, string | null>>> {
    const expected = this.expected(sources);
    const records = await this.ports.store.load([...expected.values()].map(({ entity }) => entity));
    const texts = records.map((record) => record && textOf(record));
    return Object.fromEntries([...expected.keys()].map((name, i) => [name, texts[i] ?? null]));
  }

  /** The entities of which the store has something else than the log makes; none when all is right. */
  async differences(sources?: readonly number[]): Promise<Readonly<Record<string, unknown>>> {
    const stored = await this.stored(sources);
    const wrong = [...this.expected(sources)].filter(([name, { text }]) => stored[name] !== text);
    return Object.fromEntries(wrong.map(([name, { text }]) => [name, { stored: stored[name], expected: text }]));
  }
}

interface Entity {
  readonly entity: EntityRef;
  readonly text: string;
}

function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
