import { entityName, type EntityRef } from '../entities/entity-ref.ts';
import { Wakeup } from '../owner/wakeup.ts';
import { EntityMending, type MendingSurroundings } from './entity-mending.ts';
import { faultCode } from './passing-fault.ts';
import type { UpdaterHooks } from './updater-options.ts';

const MOST_WAITING = 256;
const MOST_GIVEN_UP = 10_000;
const ATTEMPTS = 100;
const FAULTS = 8;
const SHORTEST_PAUSE_MS = 2;
const FAULT_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 15_000;
const IDLE_MS = 60_000;

/**
 * Makes entities anew whose records cannot be read, beside the updater that finds them and in its process: one target at a time, all that wait for it in one
 * reading of the log. Whoever else does the same does no harm: the second finds a record that can be read.
 */
export class EntityMender<State> {
  readonly #surroundings: MendingSurroundings<State>;
  readonly #hooks: Pick<UpdaterHooks, 'corrupt' | 'mended' | 'outOfReach' | 'retried'>;
  readonly #wakeup: Wakeup;
  /** By target and name. */
  readonly #waiting = new Map<number, Map<string, EntityRef>>();
  /** What the log does not reach back for. */
  readonly #givenUp = new Set<string>();

  constructor(
    surroundings: MendingSurroundings<State>,
    hooks: Pick<UpdaterHooks, 'corrupt' | 'mended' | 'outOfReach' | 'retried'>,
  ) {
    this.#surroundings = surroundings;
    this.#hooks = hooks;
    this.#wakeup = new Wakeup(surroundings.ports.clock);
  }

  /** A record cannot be read. What there is no room for is found again when the entity's next event comes. */
  found(target: number, entity: EntityRef, reason: string): void {
    const name = entityName(entity);
    const waiting = this.#waiting.get(target) ?? new Map<string, EntityRef>();
    if (this.#givenUp.has(name) || waiting.has(name) || waiting.size >= MOST_WAITING) return;
    this.#waiting.set(target, waiting.set(name, entity));
    this.#hooks.corrupt(entity, reason);
    this.wake();
  }

  /** Lets `run` see that it is to stop. */
  wake(): void {
    this.#wakeup.wake();
  }

  /** Resolves once it is to stop. Throws only for bugs. */
  async run(): Promise<void> {
    const { stopping } = this.#surroundings;
    while (!stopping.stopped) {
      const [next] = this.#waiting;
      if (next === undefined) {
        await this.#wakeup.wait(IDLE_MS);
        continue;
      }
      const [target, waiting] = next;
      const entities = [...waiting.values()];
      await this.#mend(target, entities);
      for (const entity of entities) waiting.delete(entityName(entity));
      // Those that were found meanwhile come after the other targets.
      this.#waiting.delete(target);
      if (waiting.size > 0) this.#waiting.set(target, waiting);
    }
  }

  /** Until it is done, out of reach, or has been tried so often that others come first. */
  async #mend(target: number, entities: readonly EntityRef[]): Promise<void> {
    const surroundings = this.#surroundings;
    let mending = new EntityMending(target, entities, surroundings);
    let faults = 0;
    for (let attempt = 1; attempt <= ATTEMPTS && faults < FAULTS && !surroundings.stopping.stopped; attempt++) {
      try {
        const result = await mending.attempt();
        if (result.status === 'mended') {
          if (result.records > 0) this.#hooks.mended(result.records);
          return;
        }
        if (result.status === 'out_of_reach') return this.#giveUp(entities);
        await this.#pause(SHORTEST_PAUSE_MS);
      } catch (error) {
        this.#hooks.retried(faultCode(error));
        faults += 1;
        mending = new EntityMending(target, entities, surroundings);
        await this.#pause(FAULT_PAUSE_MS * 2 ** faults);
      }
    }
  }

  #giveUp(entities: readonly EntityRef[]): void {
    if (this.#givenUp.size >= MOST_GIVEN_UP) this.#givenUp.clear();
    for (const entity of entities) {
      this.#givenUp.add(entityName(entity));
      this.#hooks.outOfReach(entity);
    }
  }

  async #pause(aboutMs: number): Promise<void> {
    const { ports, stopping } = this.#surroundings;
    await ports.clock.sleep(Math.min(LONGEST_PAUSE_MS, aboutMs) * (0.5 + ports.clock.random()), stopping);
  }
}
