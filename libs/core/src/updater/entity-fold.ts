import { entitiesTouchedBy, type TouchedEntity } from '../entities/entities-touched.ts';
import type { EntityChange } from '../entities/entity-change.ts';
import { decodeEntity, encodeEntity } from '../entities/entity-codec.ts';
import type { EntityKind } from '../entities/entity-kind.ts';
import { emptyEntity, type EntityState } from '../entities/entity-state.ts';
import { ENTITY_PARAMETERS, reduceEntity } from '../entities/reduce-entity.ts';

/** What the updater needs to know of entities' states: pure functions over states that it never looks into. */
export interface EntityFold<State> {
  /** Who learns from a change, each once. */
  touchedBy(change: EntityChange): readonly TouchedEntity[];
  empty(kind: EntityKind): State;
  /** The state after a change that concerns it as `touched` says. */
  reduce(state: State, change: EntityChange, touched: TouchedEntity): State;
  /** Throws `CorruptRecord` for bytes that are no record, `TransientFault` `newer_format` for one of a newer release. */
  decode(kind: EntityKind, record: Uint8Array): State;
  encode(state: State): Uint8Array;
}

/** The entities of this release. */
export const ENTITY_FOLD: EntityFold<EntityState> = {
  touchedBy: entitiesTouchedBy,
  empty: emptyEntity,
  reduce: (state, change, { role }) => reduceEntity(state, { change, role }, ENTITY_PARAMETERS),
  decode: decodeEntity,
  encode: encodeEntity,
};
