import { ENTITY_FEATURES } from './entity-manifest.ts';
import type { EntityQuestion } from '#libs/testkit';
import { entitiesTouchedBy } from './entities-touched.ts';
import type { EntityChange } from './entity-change.ts';
import { decodeEntity, encodeEntity } from './entity-codec.ts';
import type { EntityKind } from './entity-kind.ts';
import { entityName, type EntityRef } from './entity-ref.ts';
import { emptyEntity, type EntityState } from './entity-state.ts';
import { reduceEntity, type EntityParameters } from './reduce-entity.ts';
import { writeEntityFeatures } from './write-entity-features.ts';

/** All entities of a history by the core's functions, in the order that the updater and the scorer call them. */
export class EntityRun {
  readonly states = new Map<string, EntityState>();
  readonly #parameters: EntityParameters;

  constructor(parameters: EntityParameters) {
    this.#parameters = parameters;
  }

  /** `asBytes`: every record that the change concerns is read from its bytes, and written to them. */
  apply(change: EntityChange, { asBytes }: { asBytes: boolean }): void {
    for (const touched of entitiesTouchedBy(change)) {
      const before = this.#stateOf(touched);
      const state = before === null ? emptyEntity(touched.kind) : asBytes ? copied(before) : before;
      const after = reduceEntity(state, { change, role: touched.role }, this.#parameters);
      this.states.set(entityName(touched), asBytes ? copied(after) : after);
    }
  }

  vectorOf(question: EntityQuestion): Float32Array {
    const view = (kind: EntityKind): EntityState | null => {
      const key = question.entities[kind];
      return key === null ? null : this.#stateOf({ kind, key });
    };
    const vector = new Float32Array(ENTITY_FEATURES.length);
    const views = {
      card: view('card'),
      terminal: view('terminal'),
      device: view('device'),
      ip: view('ip'),
      beneficiary: view('beneficiary'),
    };
    writeEntityFeatures(vector, views, question);
    return vector;
  }

  #stateOf(ref: EntityRef): EntityState | null {
    return this.states.get(entityName(ref)) ?? null;
  }
}

function copied(state: EntityState): EntityState {
  return decodeEntity(state.kind, encodeEntity(state));
}
