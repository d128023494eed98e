import type { AnswerFact, ClaimedEntities, InputLedger, StopSignal, StoredEntities, Watermarks } from '#libs/core';
import type { AuditSources } from './audit-sources.ts';
import type { Tally } from './tally.ts';

/** What is common to all partitions of one audit. */
export interface AuditContext {
  readonly sources: AuditSources;
  readonly tally: Tally;
  readonly ledger: InputLedger;
  /** By partition. */
  readonly inputMarks: readonly Watermarks[];
  readonly logMarks: readonly Watermarks[];
  /** What the store had of entities, by partition; null where they changed faster than they could be read. */
  readonly storedEntities: readonly (StoredEntities | null)[];
  /** What the log makes of them. */
  readonly entities: ClaimedEntities;
  /** null without a record of what HTTP senders asked. */
  readonly answers: ReadonlyMap<number, readonly AnswerFact[]> | null;
  readonly atRest: boolean;
  readonly stopSignal: StopSignal;
  /** Told of log records read. */
  readonly onProgress: (records: number) => void;
}
