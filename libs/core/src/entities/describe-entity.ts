import type { LabelValue } from '../account/amendment.ts';
import type { Hash64 } from '../hash64.ts';
import { DAY_MS, timeOrNull } from '../time.ts';
import { describeTiles, type DescribedLevel } from '../window/describe-tiles.ts';
import { unpackCurrency } from './currency-code.ts';
import type { EntityKind } from './entity-kind.ts';
import { FRAUD, GENUINE, REVERSED, type EntityLog } from './entity-log.ts';
import type { EntityMark } from './entity-mark.ts';
import type { EntityState } from './entity-state.ts';
import { ENTITY_TRAITS } from './entity-traits.ts';
import { DAY_WIDTH } from './label-days.ts';
import { ID_WIDTH } from './last-seen.ts';

/** One transaction of an entity's log, unpacked. Of kinds that log times only, all other members are null. */
export interface DescribedRow {
  readonly eventTimeMs: number;
  /** The low half of the hash of its identity. */
  readonly key: number | null;
  /** What is left of it, in minor units of `currency`. */
  readonly amountMinor: number | null;
  readonly currency: string | null;
  readonly label: LabelValue | null;
  readonly reversed: boolean | null;
}

/** What is known of the transactions of one day. */
export interface DescribedDay {
  /** Its first millisecond, in UTC. */
  readonly dayMs: number;
  readonly transactions: number;
  readonly genuine: number;
  readonly frauds: number;
}

/** All that is kept of an entity, for people. Times that there are not are null. */
export interface DescribedEntity extends EntityMark {
  readonly kind: EntityKind;
  readonly firstSeenMs: number | null;
  readonly newestMs: number | null;
  /** Its transactions, by (event time, key); of a beneficiary, what it was paid. null for kinds without a log. */
  readonly log: readonly DescribedRow[] | null;
  /** Greatest event time that the log's cap pushed out while it could still be asked for. */
  readonly truncatedMs: number | null;
  /** What a beneficiary's own account paid to accounts. */
  readonly sent: readonly DescribedRow[] | null;
  /** Whose ids are remembered, with their hashes and when they were seen last. */
  readonly ids: { readonly of: 'accounts' | 'cards'; readonly seen: readonly DescribedSighting[] } | null;
  readonly days: readonly DescribedDay[];
  readonly tiles: readonly DescribedLevel[];
}

/** An id and when it was seen last. */
export interface DescribedSighting {
  readonly id: Hash64;
  readonly lastSeenMs: number;
}

/** Unpacks a state. Pure. */
export function describeEntity(state: EntityState): DescribedEntity {
  const { kind, folded, mark, log, sent, ids, days, tiles } = state;
  const traits = ENTITY_TRAITS[kind];
  return {
    kind,
    folded,
    mark,
    firstSeenMs: timeOrNull(state.firstSeenMs),
    newestMs: timeOrNull(state.newestMs),
    log: traits.logMs === null ? null : rowsOf(log, traits.logsFacts),
    truncatedMs: timeOrNull(log.truncatedMs),
    sent: traits.logsSent ? rowsOf(sent, traits.logsFacts) : null,
    ids: traits.ids === null ? null : { of: traits.ids.of, seen: sightingsOf(ids) },
    days: daysOf(days),
    tiles: describeTiles(tiles),
  };
}

function rowsOf(log: EntityLog, hasFacts: boolean): DescribedRow[] {
  const rows: DescribedRow[] = [];
  for (let row = log.first; row < log.end; row++) {
    const flags = log.flags[row]!;
    rows.push({
      eventTimeMs: log.timesMs[row]!,
      key: hasFacts ? log.keys[row]! : null,
      amountMinor: hasFacts ? log.amountsMinor[row]! : null,
      currency: hasFacts ? unpackCurrency(log.currencies[row]!) : null,
      label: labelIn(flags),
      reversed: hasFacts ? (flags & REVERSED) !== 0 : null,
    });
  }
  return rows;
}

function labelIn(flags: number): LabelValue | null {
  if ((flags & FRAUD) !== 0) return 'fraud';
  return (flags & GENUINE) !== 0 ? 'genuine' : null;
}

function sightingsOf(ids: EntityState['ids']): DescribedSighting[] {
  return Array.from({ length: ids.length / ID_WIDTH }, (_, i) => {
    const [lastSeenMs = 0, high = 0, low = 0] = ids.subarray(ID_WIDTH * i);
    return { id: { high, low }, lastSeenMs };
  });
}

function daysOf(days: EntityState['days']): DescribedDay[] {
  return Array.from({ length: days.length / DAY_WIDTH }, (_, i) => {
    const [day = 0, transactions = 0, genuine = 0, frauds = 0] = days.subarray(DAY_WIDTH * i);
    return { dayMs: day * DAY_MS, transactions, genuine, frauds };
  });
}
