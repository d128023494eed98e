import type { EntityKind } from './entity-kind.ts';

/** Which changes an entity's record holds: equal marks of one entity mean the same set of changes, and so the same features. */
export interface EntityMark {
  /** How many changes were folded in. */
  readonly folded: number;
  /** Sum of a mix of their identities, modulo 2^32. */
  readonly mark: number;
}

/** What a decision read of each kind; null where the transaction has none of it, or nothing was known of it. */
export type EntityMarks = Readonly<Record<EntityKind, EntityMark | null>>;

/** Nothing was read. */
export const NO_ENTITY_MARKS: EntityMarks = { card: null, terminal: null, device: null, ip: null, beneficiary: null };
