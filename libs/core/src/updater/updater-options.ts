import type { EntityRef } from '../entities/entity-ref.ts';
import type { Clock } from '../ports/clock.ts';
import type { DecisionLog } from '../ports/decision-log.ts';
import type { EntityStore } from '../ports/entity-store.ts';
import type { EventCodec } from '../ports/event-codec.ts';
import type { Hasher } from '../siphash.ts';
import type { EntityFold } from './entity-fold.ts';

/** What the entity updater works with. */
export interface UpdaterPorts<State> {
  readonly store: EntityStore;
  /** `decisions.v1`; only read. */
  readonly log: DecisionLog;
  readonly codec: Pick<EventCodec, 'decode'>;
  readonly hasher: Hasher;
  readonly clock: Clock;
  readonly fold: EntityFold<State>;
}

/** Bounds of the updater; all are named and documented in the configuration. */
export interface UpdaterLimits {
  /** Events that one cycle folds, of all sources together. */
  readonly batchEvents: number;
  /** Wait after a cycle, so that the next one is fuller. */
  readonly gapMs: number;
  /** Records that one call of the store writes. */
  readonly maxRecords: number;
  /** Events read ahead, a source; a read brings up to `readBytes` more. */
  readonly queueEvents: number;
  readonly readBytes: number;
  /** Longest wait of one read of the log. */
  readonly readWaitMs: number;
  /** How often positions are compared with the store's, and those that nothing concerned are moved on. */
  readonly sweepMs: number;
}

/** Told of progress and trouble, for metrics and logs. */
export interface UpdaterHooks {
  /** A step was written: so many records, made by so many changes. */
  updated(records: number, changes: number): void;
  /** A step was not: somebody else moved a position or changed a record meanwhile. */
  refused(reason: 'moved' | 'changed'): void;
  /** A passing fault, by its code. */
  retried(code: string): void;
  /** A source is read anew from where the store says. */
  restarted(source: number): void;
  /** A source waits for a person, and is tried again now and then. */
  halted(source: number, reason: string): void;
  /** The log does not reach back any more: entities miss what the source's events (fromSeq, toSeq] say. */
  lost(source: number, range: { readonly fromSeq: number; readonly toSeq: number }): void;
  /** A record cannot be read: its entity is to be made anew. Told again only when that did not come to an end. */
  corrupt(entity: EntityRef, reason: string): void;
  /** So many records that could not be read are written anew. */
  mended(records: number): void;
  /** A record that cannot be read stays so: the log does not reach back to the first event any more. Told once. */
  outOfReach(entity: EntityRef): void;
}
