import { type Claim, findTail, firstTrimmedStart, homeState, NoVerifiableStart } from '#libs/core';
import type { RebuildSources } from './open-rebuild.ts';

/** What a person would agree to for one partition. */
export interface RebuildPlan {
  readonly partition: number;
  /** Where it would start again: decisions 1 to `start.seq` are given up. */
  readonly start: Claim;
  /** The log's last seq: events after the start are replayed up to here. */
  readonly lastSeq: number;
  /** `floor0` as it is before. */
  readonly floorMs: number | null;
}

/** A plan, or why there is nothing to be agreed to. */
export type Planned = RebuildPlan | { readonly partition: number; readonly reason: string };

/**
 * What a rebuild of `partition` would give up. That its home is closed by an owner and that its log is trimmed is all that can be seen from outside; an
 * owner that turns out not to need the answer voids it.
 */
export async function planRebuild(partition: number, { store, log }: RebuildSources): Promise<Planned> {
  const { home, floorMs } = await store.position(partition);
  if (homeState(home) !== 'closed') return { partition, reason: 'it is open: there is nothing to rebuild' };
  if (home?.startsWith('closed:') !== true) {
    return { partition, reason: 'no worker has tried to open it: start one, it says whether an answer is needed' };
  }
  const { low } = await log.watermarks(partition);
  if (low === 0) {
    return { partition, reason: 'its log reaches back to the first record: an owner rebuilds from it unasked' };
  }
  const start = await firstTrimmedStart(log, partition);
  if (start === null) {
    const reason = `its log begins at offset ${low}, and no start in it can be verified: restore a backup of the topic`;
    return { partition, reason };
  }
  return { partition, start, floorMs, lastSeq: await lastSeqOf(partition, start, log) };
}

async function lastSeqOf(partition: number, start: Claim, log: RebuildSources['log']): Promise<number> {
  try {
    return (await findTail(log, partition)).position.seq;
  } catch (error) {
    if (error instanceof NoVerifiableStart) return start.seq; // Trimmed in between: the owner halts again and says so.
    throw error;
  }
}
