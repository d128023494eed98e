import { entitiesTouchedBy } from './entities-touched.ts';
import type { EntityChange } from './entity-change.ts';
import type { EntityKeys } from './entity-kind.ts';
import { entityName } from './entity-ref.ts';
import { emptyEntity, type EntityState } from './entity-state.ts';
import { viewsOf, type EntityViews } from './entity-views.ts';
import { ENTITY_PARAMETERS, reduceEntity } from './reduce-entity.ts';

/** The entities of a history, decoded and in memory: what the updater and the store are together, without delay. */
export class EntityMemory {
  readonly #states = new Map<string, EntityState>();

  /** Entities that something is known of. */
  get size(): number {
    return this.#states.size;
  }

  /** What is known of the entities of a transaction. */
  viewsOf(keys: EntityKeys): EntityViews {
    return viewsOf(keys, (entity) => this.#states.get(entityName(entity)) ?? null);
  }

  /** Every entity that `change` concerns learns of it. */
  fold(change: EntityChange): void {
    for (const touched of entitiesTouchedBy(change)) {
      const { kind, role } = touched;
      const name = entityName(touched);
      const before = this.#states.get(name);
      if (before === undefined && role === 'payer') continue;
      this.#states.set(name, reduceEntity(before ?? emptyEntity(kind), { change, role }, ENTITY_PARAMETERS));
    }
  }
}
