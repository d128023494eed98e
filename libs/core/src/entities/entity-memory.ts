import type { Hash64 } from '../hash64.ts';
import { entitiesTouchedBy } from './entities-touched.ts';
import type { EntityChange } from './entity-change.ts';
import { ENTITY_KINDS, type EntityKeys, type EntityKind } from './entity-kind.ts';
import { emptyEntity, type EntityState } from './entity-state.ts';
import { viewsOf, type EntityViews } from './entity-views.ts';
import { ENTITY_PARAMETERS, reduceEntity } from './reduce-entity.ts';

/** An entity, and the next one whose key has the same high half: hardly ever is there one. */
interface Held {
  readonly low: number;
  state: EntityState;
  readonly next: Held | undefined;
}

/** The entities of a history, decoded and in memory: what the updater and the store are together, without delay. */
export class EntityMemory {
  /** By kind and the high half of the key: names as text would cost more than what is done with the states. */
  readonly #held = new Map<EntityKind, Map<number, Held>>(ENTITY_KINDS.map((kind) => [kind, new Map()]));
  #size = 0;

  /** Entities that something is known of. */
  get size(): number {
    return this.#size;
  }

  /** What is known of the entities of a transaction. */
  viewsOf(keys: EntityKeys): EntityViews {
    return viewsOf(keys, ({ kind, key }) => this.#find(kind, key)?.state ?? null);
  }

  /** Every entity that `change` concerns learns of it. */
  fold(change: EntityChange): void {
    for (const { kind, key, role } of entitiesTouchedBy(change)) {
      const held = this.#find(kind, key);
      const state = reduceEntity(held?.state ?? emptyEntity(kind), { change, role }, ENTITY_PARAMETERS);
      if (held !== undefined) held.state = state;
      else this.#hold(kind, key, state);
    }
  }

  #find(kind: EntityKind, { high, low }: Hash64): Held | undefined {
    let held = this.#held.get(kind)?.get(high);
    while (held !== undefined && held.low !== low) held = held.next;
    return held;
  }

  #hold(kind: EntityKind, { high, low }: Hash64, state: EntityState): void {
    const ofKind = this.#held.get(kind);
    ofKind?.set(high, { low, state, next: ofKind.get(high) });
    this.#size += 1;
  }
}
