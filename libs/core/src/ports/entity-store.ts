import type { EntityRef } from '../entities/entity-ref.ts';

/** Entity records as scoring reads them: as they are, some milliseconds behind the log. */
export interface EntityReader {
  /**
   * Records in the order asked, null where there is none; an entity may be asked for more than once. One round trip. Throws `TransientFault` when the
   * store cannot be reached.
   */
  load(asked: readonly EntityRef[]): Promise<readonly (Uint8Array | null)[]>;
}

/**
 * How far one source partition of the log is to be moved in a target partition. Both are claims as text (`log/claim.ts`); `expected` null: nothing
 * of the source has been applied there yet.
 */
export interface SourceStep {
  readonly source: number;
  readonly expected: string | null;
  /** null: it is compared, and stays where it is. */
  readonly next: string | null;
}

/** A record to be written over the one that it was made from. */
export interface EntityWrite extends EntityRef {
  /** As loaded: what must still be there. null: there must be none. */
  readonly loaded: Uint8Array | null;
  readonly record: Uint8Array;
}

/** One step of a target partition: what some sources' events up to `next` make of its records. */
export interface EntityUpdate {
  readonly target: number;
  /** At least one. */
  readonly sources: readonly SourceStep[];
  /** Each entity once; all belong to `target`. May be empty: the events up to `next` concern nothing here. */
  readonly records: readonly EntityWrite[];
}

/**
 * `applied`: all of it. `moved`: sources that do not stand at `expected`, with what was found. `changed`: records that are no longer as loaded. In the
 * latter two nothing was written, and `moved` is said first.
 */
export type EntityUpdateResult =
  | { readonly status: 'applied' }
  | { readonly status: 'moved'; readonly found: ReadonlyMap<number, string | null> }
  | { readonly status: 'changed'; readonly changed: readonly EntityRef[] };

/**
 * What the entity updater needs of the store. A target partition's records and positions change together or not at all, so whatever a store that fell
 * back shows of it belongs together: its records are what the events up to its positions make. Throws `TransientFault` when the store cannot be
 * reached or the outcome is unknown.
 */
export interface EntityStore extends EntityReader {
  /** For each target the positions of the sources, both in the order asked; null where nothing was applied. One round trip. */
  positions(targets: readonly number[], sources: readonly number[]): Promise<readonly (readonly (string | null)[])[]>;
  /**
   * Writes one step whole, or nothing. A record is compared by its length and first 8 bytes, in which the record envelope has a checksum of all of it
   * (`account/record-envelope.ts`). It is contents that are compared, not versions: if another has changed a record and it is back at what was
   * loaded, then what is written over it was made from what is there.
   */
  apply(update: EntityUpdate): Promise<EntityUpdateResult>;
}
