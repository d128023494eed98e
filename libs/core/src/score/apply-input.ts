import type { OriginalRecord } from '../event.ts';
import { TransientFault } from '../faults.ts';
import type { Batch, BatchItem, CommittedBatch, InputStretch, RefusedBatch } from './batch.ts';
import { scoreBatch, type ScoringPorts } from './score-batch.ts';

const CONFLICTS_BEFORE_HALVING = 3;
const SHORTEST_PAUSE_MS = 2;
const LONGEST_PAUSE_MS = 1_000;

/** `applied`: everything below `next` is in the store. `gap`: nothing more was; continue at `next`, which may lie before or after the batch. */
export interface AppliedInput {
  readonly status: 'applied' | 'gap' | 'abandoned';
  readonly next: number;
}

/** An item that came from a topic. */
export type InputItem = BatchItem & { readonly original: OriginalRecord };

/** How an input is worked through. */
export interface InputProgress {
  /** Told of each commit, and up to where the input is applied with it. */
  committed(batch: CommittedBatch, next: number): void;
  /** Told of each attempt that wrote nothing, by what the store or the client said. */
  refused(reason: string): void;
  /** Whether to stop trying: the partition went to somebody else, or the process is stopping. */
  abandoned(): boolean;
}

/**
 * Commits a stretch of an input topic, as often as it takes. Conflicts with another door are tried again after a jittered pause; after three the stretch
 * is halved, down to one record, which is retried without bound: somebody else's progress is what it waits for. While the partition is closed, the
 * outbox full or the store away it waits. Protocol section 3, step 4.
 */
export async function applyInput(
  work: { readonly partition: number; readonly input: InputStretch; readonly items: readonly InputItem[] },
  ports: ScoringPorts,
  progress: InputProgress,
): Promise<AppliedInput> {
  const { topic, to } = work.input;
  let { from } = work.input;
  let items = work.items;
  let size = items.length;
  let conflicts = 0;
  let waits = 0;
  while (from < to) {
    if (progress.abandoned()) return { status: 'abandoned', next: from };
    const prefix = items.slice(0, size);
    const prefixEnd = size < items.length ? (items[size] as InputItem).original.offset : to;
    const batch: Batch = { partition: work.partition, input: { topic, from, to: prefixEnd }, items: prefix };
    const result = await attempt(batch, ports);
    if (result.status === 'committed') {
      progress.committed(result, prefixEnd);
      from = prefixEnd;
      items = items.slice(size);
      size = items.length;
      conflicts = 0;
      waits = 0;
      continue;
    }
    progress.refused(result.status === 'fault' ? result.code : result.status);
    if (result.status === 'gap') return { status: 'gap', next: result.inputPosition };
    if (result.status === 'conflict' || result.status === 'stale') {
      conflicts += 1;
      if (conflicts >= CONFLICTS_BEFORE_HALVING && size > 1) {
        size = Math.ceil(size / 2);
        conflicts = 0;
      }
      await ports.clock.sleep(SHORTEST_PAUSE_MS * (0.5 + ports.clock.random()) * Math.max(1, conflicts));
    } else {
      waits += 1;
      await ports.clock.sleep(Math.min(LONGEST_PAUSE_MS, 20 * 2 ** Math.min(waits, 6)) * (0.5 + ports.clock.random()));
    }
  }
  return { status: 'applied', next: from };
}

async function attempt(
  batch: Batch,
  ports: ScoringPorts,
): Promise<CommittedBatch | RefusedBatch | { status: 'fault'; code: string }> {
  try {
    return await scoreBatch(batch, ports);
  } catch (error) {
    if (!(error instanceof TransientFault)) throw error;
    if (error.code === 'torn_read') return { status: 'conflict', inputPosition: batch.input?.from ?? 0 };
    return { status: 'fault', code: error.code };
  }
}
