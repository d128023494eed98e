import { ENTITY_KINDS, type EntityKeys, type EntityKind } from './entity-kind.ts';
import type { EntityMarks } from './entity-mark.ts';
import type { EntityRef } from './entity-ref.ts';
import type { EntityState } from './entity-state.ts';

/** What is known of each of a transaction's entities; null where it has none of the kind, or nothing is known. */
export type EntityViews = Readonly<Record<EntityKind, EntityState | null>>;

/** Nothing is known of any. */
export const NO_ENTITIES: EntityViews = { card: null, terminal: null, device: null, ip: null, beneficiary: null };

/** The entities that a transaction involves. */
export function entityRefs(keys: EntityKeys): EntityRef[] {
  return ENTITY_KINDS.flatMap((kind) => {
    const key = keys[kind];
    return key === null ? [] : [{ kind, key }];
  });
}

/** The views of a transaction's entities, each as `stateOf` has it. */
export function viewsOf(keys: EntityKeys, stateOf: (entity: EntityRef) => EntityState | null): EntityViews {
  const view = (kind: EntityKind): EntityState | null => {
    const key = keys[kind];
    return key === null ? null : stateOf({ kind, key });
  };
  return {
    card: view('card'),
    terminal: view('terminal'),
    device: view('device'),
    ip: view('ip'),
    beneficiary: view('beneficiary'),
  };
}

/** Which state of each entity the views are of. */
export function marksOf({ card, terminal, device, ip, beneficiary }: EntityViews): EntityMarks {
  const mark = (state: EntityState | null) => (state === null ? null : { folded: state.folded, mark: state.mark });
  return {
    card: mark(card),
    terminal: mark(terminal),
    device: mark(device),
    ip: mark(ip),
    beneficiary: mark(beneficiary),
  };
}
