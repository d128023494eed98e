import {
  ClaimedEntities,
  entityViolations,
  fateViolations,
  type StopSignal,
  type StoredEntities,
  type Watermarks,
} from '#libs/core';
import { CommandFailed } from '../failures.ts';
import { auditPartition, type PartitionResult } from './audit-partition.ts';
import { type AuditReport, reportOf, sum } from './audit-report.ts';
import type { AuditSources } from './audit-sources.ts';
import type { AskedTransactions } from './read-answers.ts';
import { readInputs } from './read-inputs.ts';
import { Tally } from './tally.ts';

export interface AuditOptions {
  /** The senders' own record of what they asked over HTTP, if there is one. */
  readonly asked: AskedTransactions | null;
  /** The service has nothing left to do: everything must be settled. */
  readonly atRest: boolean;
  readonly stopSignal: StopSignal;
  readonly onProgress: (stage: 'input' | 'log', records: number, of: number) => void;
}

/**
 * Checks the invariants over the whole input topic, the whole log, the dead letters and the store, one partition after the other. Changes nothing.
 * While the service is at work (`atRest` false) the end of the log as of the beginning is what everything is compared with.
 */
export async function audit(sources: AuditSources, options: AuditOptions): Promise<AuditReport> {
  const { asked, stopSignal, atRest, onProgress } = options;
  const tally = new Tally();
  const partitions = Array.from({ length: sources.partitions }, (_, partition) => partition);
  const marksOf = (log: AuditSources['decisions']): Promise<Watermarks[]> =>
    Promise.all(partitions.map((partition) => log.watermarks(partition)));
  // Entities before the log, so that all they claim to have of it is in what is read; then the log's end before the input: whatever it has decided by then is on the input by the time that the input is looked at.
  const storedEntities = await readEntities(sources, partitions);
  const entities = new ClaimedEntities(storedEntities, sources.hasher);
  const logMarks = await marksOf(sources.decisions);
  assertWhole(logMarks);
  const inputMarks = await marksOf(sources.input.log);
  const inputRecords = sum(inputMarks.map(({ low, high }) => high - low));
  const ledger = await readInputs(sources, inputMarks, {
    stopSignal,
    onProgress: (records) => onProgress('input', records, inputRecords),
  });
  const logRecords = sum(logMarks.map(({ high }) => high));
  let read = 0;
  const results: PartitionResult[] = [];
  for (const partition of partitions) {
    results.push(
      await auditPartition(partition, {
        sources,
        tally,
        ledger,
        storedEntities,
        entities,
        inputMarks,
        logMarks,
        atRest,
        stopSignal,
        answers: asked?.byPartition ?? null,
        onProgress: (records) => onProgress('log', (read += records), logRecords),
      }),
    );
  }
  for (const [partition, stored] of storedEntities.entries()) {
    if (stored !== null) tally.add(entityViolations(partition, entities.recordsOf(partition), stored.records));
  }
  const applied = (partition: number): number => results[partition]?.applied ?? 0;
  tally.add(fateViolations(ledger, { applied, atRest }));
  return reportOf({ results, tally, atRest, asked, inputRecords: ledger.size, entities: storedEntities });
}

/** One partition after the other, so that no more than a page is under way. */
async function readEntities(
  { store, partitions: count }: AuditSources,
  partitions: readonly number[],
): Promise<(StoredEntities | null)[]> {
  const stored: (StoredEntities | null)[] = [];
  for (const partition of partitions) stored.push(await store.entities(partition, count));
  return stored;
}

function assertWhole(logMarks: readonly Watermarks[]): void {
  const partition = logMarks.findIndex(({ low }) => low > 0);
  if (partition === -1) return;
  throw new CommandFailed(
    `Partition ${partition} of the decisions topic begins at offset ${logMarks[partition]?.low}: an audit needs the log from its first record. Set retention.ms=-1 on it.`,
  );
}
