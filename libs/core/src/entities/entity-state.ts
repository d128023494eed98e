import { emptyTiles, type Tiles } from '../window/tiles.ts';
import type { EntityKind } from './entity-kind.ts';
import type { EntityMark } from './entity-mark.ts';
import { emptyEntityLog, type EntityLog } from './entity-log.ts';
import { ENTITY_TRAITS } from './entity-traits.ts';
import { emptyLabelDays, type LabelDays } from './label-days.ts';
import { emptyLastSeen, type LastSeen } from './last-seen.ts';

/**
 * What is kept of one card, terminal, device, network address or beneficiary, decoded. Immutable, bounded, and the same for the same set of changes
 * in whatever order they came, as long as an amendment comes after the transaction that it is about: changes of different accounts reach an entity
 * through different partitions of the log. What its kind does not need is empty: see `ENTITY_TRAITS`.
 */
export interface EntityState extends EntityMark {
  readonly kind: EntityKind;
  /** Greatest event time of a transaction, or -Infinity. From it everything kept is reckoned. */
  readonly newestMs: number;
  /** P: smallest event time of a transaction, or Infinity. */
  readonly firstSeenMs: number;
  /** L: the entity's transactions; of a beneficiary, what it was paid. */
  readonly log: EntityLog;
  /** L of what a beneficiary's own account paid to accounts. */
  readonly sent: EntityLog;
  /** S: the accounts or cards seen. */
  readonly ids: LastSeen;
  /** K: of a terminal the transactions that its log's cap pushed out, of other kinds the known frauds. */
  readonly days: LabelDays;
  /** T: the transactions that the log's cap pushed out; all of them without a log. */
  readonly tiles: Tiles;
}

/** The state of an entity that nothing is known of. */
export function emptyEntity(kind: EntityKind): EntityState {
  return {
    kind,
    folded: 0,
    mark: 0,
    newestMs: -Infinity,
    firstSeenMs: Infinity,
    log: emptyEntityLog(),
    sent: emptyEntityLog(),
    ids: emptyLastSeen(),
    days: emptyLabelDays(),
    tiles: emptyTiles(ENTITY_TRAITS[kind].tiles),
  };
}
