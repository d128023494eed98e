import type { DecisionLog, LogRecord } from '../ports/decision-log.ts';
import { parseClaim, type Claim } from './claim.ts';
import { baseOf, type EpochBase } from './epoch-table.ts';
import { LogFollower, type Followed } from './log-follower.ts';
import { claimOf, markOf, openOf, type OpenRecord } from './log-record.ts';

const READ = { maxBytes: 4 * 1024 * 1024, maxWaitMs: 0 };
const SCANS = [64, 256, 1_024, 4_096, 16_384];

/** No start from which the rule could be followed is left in the log: it was trimmed past every claim that could be verified. */
export class NoVerifiableStart extends Error {
  override readonly name = 'NoVerifiableStart';
}

/** The record at exactly `offset`; null when there is none. */
export async function recordAt(log: DecisionLog, partition: number, offset: number): Promise<LogRecord | null> {
  const { low, high } = await log.watermarks(partition);
  if (offset < low || offset >= high) return null;
  const { records } = await log.read(partition, offset, { maxBytes: 1, maxWaitMs: 0 });
  return records.find((record) => record.offset === offset) ?? null;
}

/** A follower that starts at `claim`, if the log bears it out: the record before it is its last valid one, and its OPEN is where it says. */
export async function verifyClaim(log: DecisionLog, partition: number, claim: Claim): Promise<LogFollower | null> {
  const [last, opened] = await Promise.all([
    recordAt(log, partition, claim.offset - 1),
    recordAt(log, partition, claim.openOffset),
  ]);
  if (last === null || opened === null) return null;
  const mark = markOf(last);
  const open = openOf(opened);
  if (mark?.epoch !== claim.epoch || mark.seq !== claim.seq || open?.epoch !== claim.epoch) return null;
  return new LogFollower({ claim, open });
}

/** Follows to the high watermark as it was at the call, or beyond; gives each record with its verdict to `visit`. */
export async function followToEnd(
  log: DecisionLog,
  partition: number,
  follower: LogFollower,
  visit?: (followed: Followed) => void | Promise<void>,
): Promise<void> {
  const { high } = await log.watermarks(partition);
  while (follower.nextOffset < high) {
    const { records, nextOffset } = await log.read(partition, follower.nextOffset, READ);
    for (const record of records) {
      const followed = follower.accept(record);
      if (visit !== undefined) await visit(followed);
    }
    follower.skipTo(nextOffset);
  }
}

/** The newest verified claim of a position at or before `maxSeq` among the log's last records, scanning further and further back. */
async function scanForClaim(log: DecisionLog, partition: number, maxSeq: number): Promise<LogFollower | null> {
  const { low, high } = await log.watermarks(partition);
  for (const count of SCANS) {
    const from = Math.max(low, high - count);
    const claims: Claim[] = [];
    for (let offset = from; offset < high;) {
      const { records, nextOffset } = await log.read(partition, offset, READ);
      for (const record of records) {
        const claim = claimOf(record);
        if (claim !== null && claim.offset > low && claim.seq <= maxSeq) claims.push(claim);
      }
      offset = nextOffset;
    }
    for (const claim of claims.reverse().slice(0, 8)) {
      const follower = await verifyClaim(log, partition, claim);
      if (follower !== null) return follower;
    }
    if (from === low) return null;
  }
  return null;
}

/**
 * A follower at the high watermark of a partition. Starts from the newest claim in the log that the log bears out, else from offset 0. Throws
 * `NoVerifiableStart` when neither is possible.
 */
export async function findTail(log: DecisionLog, partition: number): Promise<LogFollower> {
  const follower = (await scanForClaim(log, partition, Infinity)) ?? (await followerAtStart(log, partition));
  await followToEnd(log, partition, follower);
  return follower;
}

async function followerAtStart(log: DecisionLog, partition: number): Promise<LogFollower> {
  const { low } = await log.watermarks(partition);
  if (low === 0) return new LogFollower();
  throw new NoVerifiableStart(`Partition ${partition} starts at offset ${low}, and no claim in it can be verified`);
}

/**
 * A follower that stands at or before `seq`, for reading the events after it: from `candidate` or a claim near the log's end if one is verified and
 * early enough, else from offset 0, else (a trimmed log) from the first claim that can be verified; null when even that one is past `seq`.
 */
export async function findStartBefore(
  log: DecisionLog,
  partition: number,
  { seq, candidate }: { readonly seq: number; readonly candidate: string | null },
): Promise<LogFollower | null> {
  const claim = parseClaim(candidate);
  if (claim !== null && claim.seq <= seq) {
    const follower = await verifyClaim(log, partition, claim);
    if (follower !== null) return follower;
  }
  const recent = seq === 0 ? null : await scanForClaim(log, partition, seq);
  if (recent !== null) return recent;
  const first = await findFirstStart(log, partition);
  return first !== null && first.position.seq <= seq ? first : null;
}

/** A follower that stands where the log can first be followed from: at offset 0, else (a trimmed log) at the first claim that is verified; else null. */
export async function findFirstStart(log: DecisionLog, partition: number): Promise<LogFollower | null> {
  const kept = await log.watermarks(partition);
  if (kept.low === 0) return new LogFollower();
  for (let offset = kept.low; offset < kept.high;) {
    const { records, nextOffset } = await log.read(partition, offset, READ);
    for (const record of records) {
      const claim = claimOf(record);
      if (claim === null || claim.openOffset < kept.low) continue;
      const follower = await verifyClaim(log, partition, claim);
      if (follower !== null) return follower;
    }
    offset = nextOffset;
  }
  return null;
}

/** The base of `epoch`, from the newest table, else walking back from OPEN to OPEN; null when the log does not reach back so far. */
export async function findBase(
  log: DecisionLog,
  partition: number,
  {
    epoch,
    table,
    claim,
  }: { readonly epoch: number; readonly table: readonly EpochBase[]; readonly claim: Claim | null },
): Promise<number | null> {
  let base = baseOf(table, epoch);
  let before: Claim | null = claim;
  while (base === null && before !== null) {
    const record = await recordAt(log, partition, before.openOffset);
    const open: OpenRecord | null = record === null ? null : openOf(record);
    if (open === null) return null;
    base = baseOf(open.table, epoch);
    before = open.claim;
  }
  return base;
}
