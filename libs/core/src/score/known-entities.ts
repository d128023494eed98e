import type { EntityViews } from '../entities/entity-views.ts';

/** What is known of a transaction's entities. `isDamaged`: a record of one of them cannot be read, so that it is left out. */
export interface KnownEntities {
  readonly views: EntityViews;
  readonly isDamaged: boolean;
}
