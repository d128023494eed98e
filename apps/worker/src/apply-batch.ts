import { applyInput, type InputItem, type InputProgress, type ScoringPorts, TransientFault } from '#libs/core';
import type { InputGuard } from './input-guard.ts';
import { FORWARDED_HEADER, readRecord, type InputRecord, type ReadValue } from './read-record.ts';

/** Records to put on other partitions of the input topic. Resolves when all replicas have them; throws `TransientFault`. */
export type Forward = (
  topic: string,
  records: readonly {
    partition: number;
    key: Uint8Array | null;
    value: Uint8Array | null;
    headers: Record<string, string>;
  }[],
) => Promise<void>;

/** A stretch [from, to) of one input partition; holes between the records are part of it. */
export interface FetchedStretch {
  readonly partition: number;
  readonly from: number;
  readonly to: number;
  readonly records: readonly InputRecord[];
}

/** What an input topic is worked with; the same for all its partitions. */
export interface InputWork {
  readonly topic: string;
  readonly partitions: number;
  readonly ports: ScoringPorts;
  readonly read: ReadValue;
  readonly forward: Forward;
  readonly forwarded: (records: number) => void;
  /** Told how many fields were ignored. */
  readonly unknownFields: (fields: number) => void;
  readonly guard: InputGuard;
  readonly limits: { readonly batchTransactions: number; readonly batchBytes: number };
}

/**
 * Decides a fetched stretch, commit after commit. Resolves with where to go on: its end when all is applied, elsewhere when the store stands elsewhere,
 * or where it was when it was abandoned, while it was held back for instance.
 */
export async function applyBatch(stretch: FetchedStretch, work: InputWork, progress: InputProgress): Promise<number> {
  const { partition } = stretch;
  let next = stretch.from;
  for (const { records, to } of chunksOf(stretch, work.limits)) {
    const items = await readItems(records, { partition, work, progress });
    if (items === null || !(await work.guard.admit(partition, items, () => progress.abandoned()))) return next;
    const input = { topic: work.topic, from: next, to };
    const applied = await applyInput({ partition, input, items }, work.ports, progress);
    next = applied.next;
    if (applied.status !== 'applied') return next;
  }
  return next;
}

/** Cuts a stretch into commits: each ends where the next one's first record lies, the last one where the stretch ends. */
function chunksOf(stretch: FetchedStretch, limits: InputWork['limits']): { records: InputRecord[]; to: number }[] {
  const chunks: { records: InputRecord[]; to: number }[] = [];
  let records: InputRecord[] = [];
  let bytes = 0;
  for (const record of stretch.records) {
    const size = (record.key?.length ?? 0) + (record.value?.length ?? 0);
    if (records.length >= limits.batchTransactions || (records.length > 0 && bytes + size > limits.batchBytes)) {
      chunks.push({ records, to: record.offset });
      records = [];
      bytes = 0;
    }
    records.push(record);
    bytes += size;
  }
  if (records.length > 0) chunks.push({ records, to: stretch.to });
  return chunks;
}

/** null when it was abandoned before what belongs elsewhere had been sent on. */
async function readItems(
  records: readonly InputRecord[],
  { partition, work, progress }: { partition: number; work: InputWork; progress: InputProgress },
): Promise<InputItem[] | null> {
  const { topic, partitions } = work;
  const place = { topic, partition, partitions };
  const read = records.map((record) => ({ record, ...readRecord(record, place, work.read) }));
  const unknownFields = read.reduce((sum, record) => sum + record.unknownFields, 0);
  if (unknownFields > 0) work.unknownFields(unknownFields);
  const elsewhere = read.flatMap(({ record, forwardTo }) => {
    if (forwardTo === null) return [];
    const { key, value, headers } = record;
    return [{ partition: forwardTo, key, value, headers: { ...headers, [FORWARDED_HEADER]: '1' } }];
  });
  if (elsewhere.length > 0 && !(await forwardAll(elsewhere, work, progress))) return null;
  return read.map(({ item }) => item);
}

/** Until it is acknowledged: only then may the input position pass these records. A repetition is a duplicate over there. */
async function forwardAll(records: Parameters<Forward>[1], work: InputWork, progress: InputProgress): Promise<boolean> {
  const { clock } = work.ports;
  while (!progress.abandoned()) {
    try {
      await work.forward(work.topic, records);
      work.forwarded(records.length);
      return true;
    } catch (error) {
      if (!(error instanceof TransientFault)) throw error;
      progress.refused(error.code);
      await clock.sleep(200 * (0.5 + clock.random()));
    }
  }
  return false;
}
