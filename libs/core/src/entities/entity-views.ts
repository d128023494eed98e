import type { EntityKind } from './entity-kind.ts';
import type { EntityState } from './entity-state.ts';

/** What is known of each of a transaction's entities; null where it has none of the kind, or nothing is known. */
export type EntityViews = Readonly<Record<EntityKind, EntityState | null>>;
