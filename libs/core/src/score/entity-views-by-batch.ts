import { CorruptRecord } from '../account/record-envelope.ts';
import { decodeEntity } from '../entities/entity-codec.ts';
import type { EntityKeys } from '../entities/entity-kind.ts';
import { entityName, type EntityRef } from '../entities/entity-ref.ts';
import type { EntityState } from '../entities/entity-state.ts';
import { entityRefs, viewsOf } from '../entities/entity-views.ts';
import type { EntityReader } from '../ports/entity-store.ts';
import type { AskedItem } from './candidates.ts';
import type { KnownEntities } from './known-entities.ts';

/** What is known of the other entities of a batch, read once; decoded when it is asked for. */
export class EntityViewsByBatch {
  readonly #records: ReadonlyMap<string, Uint8Array>;
  readonly #states = new Map<string, EntityState | 'damaged'>();

  private constructor(records: ReadonlyMap<string, Uint8Array>) {
    this.#records = records;
  }

  /** Reads what the transactions among `asked` involve. Throws `TransientFault` when the store cannot be reached. */
  static async load(asked: readonly AskedItem[], reader: EntityReader): Promise<EntityViewsByBatch> {
    const refs = new Map<string, EntityRef>();
    for (const item of asked) {
      if (item.kind !== 'transaction' || item.observeOnly) continue;
      for (const ref of entityRefs(item.event.entities)) refs.set(entityName(ref), ref);
    }
    const found = refs.size === 0 ? [] : await reader.load([...refs.values()]);
    const records = new Map<string, Uint8Array>();
    [...refs.keys()].forEach((name, i) => {
      const record = found[i] ?? null;
      if (record !== null) records.set(name, record);
    });
    return new EntityViewsByBatch(records);
  }

  /** What was read of the entities of a transaction of the batch. Throws `TransientFault` for a record of a newer build. */
  of(keys: EntityKeys): KnownEntities {
    let isDamaged = false;
    const views = viewsOf(keys, (entity) => {
      const state = this.#state(entity);
      if (state !== 'damaged') return state;
      isDamaged = true;
      return null;
    });
    return { views, isDamaged };
  }

  #state(entity: EntityRef): EntityState | 'damaged' | null {
    const name = entityName(entity);
    const known = this.#states.get(name);
    if (known !== undefined) return known;
    const record = this.#records.get(name);
    if (record === undefined) return null;
    const state = decoded(entity, record);
    this.#states.set(name, state);
    return state;
  }
}

function decoded({ kind }: EntityRef, record: Uint8Array): EntityState | 'damaged' {
  try {
    return decodeEntity(kind, record);
  } catch (error) {
    if (error instanceof CorruptRecord) return 'damaged';
    throw error;
  }
}
