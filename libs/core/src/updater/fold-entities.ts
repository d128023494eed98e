import { CorruptRecord } from '../account/record-envelope.ts';
import type { EntityRef } from '../entities/entity-ref.ts';
import type { EntityWrite } from '../ports/entity-store.ts';
import type { EntityFold } from './entity-fold.ts';
import type { PlacedTouch } from './source-reader.ts';

/** What some events make of some records. */
export interface FoldedEntities {
  readonly writes: readonly EntityWrite[];
  /** Changes that were folded, an event counting once for each entity that learnt from it. */
  readonly changes: number;
  /** Entities whose records cannot be read: nothing was folded into them, and they are written as they are. */
  readonly corrupt: readonly { readonly entity: EntityRef; readonly reason: string }[];
}

interface OpenEntity<State> {
  readonly entity: EntityRef;
  readonly loaded: Uint8Array | null;
  /** null: its record cannot be read. */
  state: State | null;
  changes: number;
  readonly corrupt: string | null;
}

/**
 * Folds `touches`, in their order, into the records of their entities. `records` has each by name, null where the store has none. Pure. A record that
 * cannot be read is a write too, of itself: so the step is refused, and folded again, if the entity has been made anew meanwhile. Throws
 * `TransientFault` for a record of a newer format.
 */
export function foldEntities<State>(
  touches: readonly PlacedTouch[],
  records: ReadonlyMap<string, Uint8Array | null>,
  fold: EntityFold<State>,
): FoldedEntities {
  const open = new Map<string, OpenEntity<State>>();
  for (const { name, touch, change } of touches) {
    const found = open.get(name) ?? openEntity(touch, records.get(name) ?? null, fold);
    open.set(name, found);
    if (found.state === null) continue;
    found.state = fold.reduce(found.state, change, touch);
    found.changes += 1;
  }
  const all = [...open.values()];
  return {
    writes: all.flatMap(({ entity, loaded, state }) => {
      const record = state === null ? loaded : fold.encode(state);
      return record === null ? [] : [{ ...entity, loaded, record }];
    }),
    changes: all.reduce((sum, { changes }) => sum + changes, 0),
    corrupt: all.flatMap(({ entity, corrupt }) => (corrupt === null ? [] : [{ entity, reason: corrupt }])),
  };
}

function openEntity<State>(
  { kind, key }: EntityRef,
  loaded: Uint8Array | null,
  fold: EntityFold<State>,
): OpenEntity<State> {
  const entity = { kind, key };
  if (loaded === null) return { entity, loaded, state: fold.empty(kind), changes: 0, corrupt: null };
  try {
    return { entity, loaded, state: fold.decode(kind, loaded), changes: 0, corrupt: null };
  } catch (error) {
    if (!(error instanceof CorruptRecord)) throw error;
    return { entity, loaded, state: null, changes: 0, corrupt: error.message };
  }
}
