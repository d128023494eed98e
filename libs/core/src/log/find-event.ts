import type { DecisionLog, LogRecord } from '../ports/decision-log.ts';
import type { LogFollower } from './log-follower.ts';
import { claimOf } from './log-record.ts';
import { findFirstStart, verifyClaim } from './read-log.ts';

const READ = { maxBytes: 512 * 1024, maxWaitMs: 0 };
/** `readThrough`: a stretch that is read rather than halved again. `probed`: records that are looked at for a claim; every send of a relay carries one. */
const STRETCHES = { readThrough: 2_000, probed: 500 };

/**
 * The valid event number `seq` of a partition; null when the log does not have it, or not any more. Halves the log by verified claims, which say for certain
 * where a seq lies, so that it costs some twenty reads however long the log is.
 */
export async function findEvent(
  log: DecisionLog,
  { partition, seq }: { readonly partition: number; readonly seq: number },
  { readThrough, probed } = STRETCHES,
): Promise<LogRecord | null> {
  let start = await findFirstStart(log, partition);
  if (start === null || start.position.seq >= seq) return null;
  let end = (await log.watermarks(partition)).high;
  while (end - start.nextOffset > readThrough) {
    const middle = Math.floor((start.nextOffset + end) / 2);
    const found = await followerWithin(log, partition, { from: middle, to: Math.min(end, middle + probed) });
    if (found === null || found.position.seq >= seq) end = middle;
    else if (found.nextOffset <= start.nextOffset) break;
    else start = found;
  }
  return readTo(log, partition, start, seq);
}

/** A follower at the first verified claim that a record in [from, to) carries. */
async function followerWithin(
  log: DecisionLog,
  partition: number,
  { from, to }: { readonly from: number; readonly to: number },
): Promise<LogFollower | null> {
  for (let offset = from; offset < to;) {
    const { records, nextOffset } = await log.read(partition, offset, READ);
    for (const record of records) {
      if (record.offset >= to) return null;
      const claim = claimOf(record);
      const follower = claim === null ? null : await verifyClaim(log, partition, claim);
      if (follower !== null) return follower;
    }
    if (nextOffset <= offset) return null;
    offset = nextOffset;
  }
  return null;
}

async function readTo(log: DecisionLog, partition: number, start: LogFollower, seq: number): Promise<LogRecord | null> {
  const { high } = await log.watermarks(partition);
  while (start.nextOffset < high) {
    const { records, nextOffset } = await log.read(partition, start.nextOffset, READ);
    for (const record of records) {
      const followed = start.accept(record);
      if (followed.kind === 'event' && followed.seq === seq) return record;
      if (followed.kind === 'event' && followed.seq > seq) return null;
    }
    start.skipTo(nextOffset);
  }
  return null;
}
