import type { BeganPartition } from '../ports/partition-store.ts';
import type { DecisionLog } from '../ports/decision-log.ts';
import { findBase } from '../log/read-log.ts';
import type { LogFollower } from '../log/log-follower.ts';

/**
 * Why a person must look before this partition is opened: the store knows of records that the log does not have. null when it does not.
 * `inputEnds` are the high watermarks of the input topics. Protocol section 4, step 3.
 */
export async function findLostLog(
  log: DecisionLog,
  partition: number,
  { began, tail, inputEnds }: { began: BeganPartition; tail: LogFollower; inputEnds: ReadonlyMap<string, number> },
): Promise<string | null> {
  const { epoch, seq } = tail.position;
  if (typeof began.epoch === 'number' && began.epoch > epoch) {
    return `the store was opened in epoch ${began.epoch}, the log ends in epoch ${epoch}`;
  }
  const { published } = began;
  if (published !== null && published.epoch === epoch && published.seq > seq) {
    return `seq ${published.seq} of epoch ${epoch} was published, the log ends at ${seq}`;
  }
  if (published !== null && published.epoch < epoch) {
    const base = await baseAfter(log, partition, published.epoch, tail);
    if (base !== null && published.seq > base) {
      return `seq ${published.seq} of epoch ${published.epoch} was published, the next epoch starts on ${base}`;
    }
  }
  for (const [topic, position] of began.input) {
    const end = inputEnds.get(topic);
    if (end !== undefined && position > end)
      return `input ${topic} is applied up to offset ${position}, but ends at ${end}`;
  }
  return null;
}

/**
 * Whether what the store holds is a beginning of the log's history, and not of a branch that died. `epochBefore` and `base` are the log's position
 * before the own OPEN; `opened` is the follower after it. Protocol section 4, step 5.
 */
export async function isPrefixOfLog(
  log: DecisionLog,
  partition: number,
  {
    began,
    epochBefore,
    base,
    opened,
  }: { began: BeganPartition; epochBefore: number; base: number; opened: LogFollower },
): Promise<boolean> {
  if (typeof began.epoch !== 'number') return false;
  if (began.epoch === epochBefore) return true;
  const next = await baseAfter(log, partition, began.epoch, opened);
  return next !== null && (began.seq <= next || base === next);
}

/** The seq on which the epoch after `epoch` was opened. */
async function baseAfter(
  log: DecisionLog,
  partition: number,
  epoch: number,
  follower: LogFollower,
): Promise<number | null> {
  const { lastOpen } = follower;
  if (lastOpen === null) return null;
  return findBase(log, partition, { epoch: epoch + 1, table: lastOpen.table, claim: lastOpen.claim });
}
