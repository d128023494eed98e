import { DamagedAccounts } from '../account/damaged-accounts.ts';
import { formatClaim } from '../log/claim.ts';
import type { LogFollower } from '../log/log-follower.ts';
import { findStartBefore } from '../log/read-log.ts';
import type { BeganPartition } from '../ports/partition-store.ts';
import { FENCED } from './fenced.ts';
import { isPrefixOfLog } from './lineage.ts';
import type { OwnerPorts } from './owner-ports.ts';
import { readOutbox } from './read-outbox.ts';
import { replayLog } from './replay.ts';
import { agreedStart, type TrimmedStart } from './trimmed-start.ts';

/** The store holds what the log says. */
export interface CopiedLog {
  readonly status: 'copied';
  readonly replayed: number;
  readonly wiped: boolean;
  /** Set when a person's answer was used up: everything up to `seq` is given up, nothing new at or below `floorMs` is accepted any more. */
  readonly rebuiltFrom: { readonly seq: number; readonly floorMs: number } | null;
}

/** Told how far a long opening is. */
export interface OpenProgress {
  (stage: 'wiping' | 'replaying', done: { readonly seq: number; readonly of: number }): void;
}

/** A partition closed under a nonce, after the own OPEN; `epochBefore` and `base` are the log's position before it. */
export interface ClosedPartition {
  readonly began: BeganPartition;
  readonly tail: LogFollower;
  readonly epochBefore: number;
  readonly base: number;
}

/**
 * Makes the store a copy of the log's history up to `base`, where it is not: wiped if it holds another history, then replayed. Nothing is deleted before
 * it is known that the log has what is missing, or that a person gives it up. Interrupted, the next opening goes on. Protocol section 4, steps 5 and 6.
 * A store that lags behind the log and holds a record that cannot be read is not patched: it is wiped as well.
 */
export async function copyLog(partition: number, closed: ClosedPartition, work: CopyWork): Promise<CopyResult> {
  try {
    return await copyOnto(partition, closed, work);
  } catch (error) {
    if (!(error instanceof DamagedAccounts)) throw error;
    return copyOnto(partition, { ...closed, began: { ...closed.began, epoch: 'wipe' } }, work);
  }
}

interface CopyWork {
  readonly ports: OwnerPorts;
  readonly progress: OpenProgress;
}

type CopyResult = CopiedLog | typeof FENCED | { readonly status: 'halted'; readonly reason: string };

async function copyOnto(
  partition: number,
  { began, tail, epochBefore, base }: ClosedPartition,
  { ports, progress }: CopyWork,
): Promise<CopyResult> {
  const { home } = began;
  const isPrefix = await isPrefixOfLog(ports.log, partition, { began, epochBefore, base, opened: tail });
  const outbox = { partition, home, fromSeq: base, toSeq: began.seq };
  const unpublished = isPrefix ? await readOutbox(outbox, ports.store, () => undefined) : 'complete';
  if (unpublished === 'fenced') return FENCED;
  if (unpublished === 'incomplete')
    return { status: 'halted', reason: `The outbox does not hold every event in ${base + 1}..${began.seq}` };

  let fromSeq = isPrefix ? began.seq : 0;
  const isBehind = fromSeq < base;
  const candidate = isPrefix ? began.position : null;
  let start = isBehind ? await findStartBefore(ports.log, partition, { seq: fromSeq, candidate }) : null;
  let trimmed: TrimmedStart | null = null;
  if (isBehind && start === null) {
    const request = await ports.store.rebuildRequest(partition);
    trimmed = await agreedStart(partition, { request, fromSeq, base }, ports);
    if (trimmed === null) return { status: 'halted', reason: logTrimmed({ fromSeq, base, asked: request !== null }) };
  }
  const wiped = !isPrefix || trimmed !== null;
  if (wiped) {
    progress('wiping', { seq: 0, of: base });
    if (!(await wipe(partition, home, ports))) return FENCED;
  }
  const epoch = epochBefore + 1;
  if (trimmed !== null) {
    const { claim, floorMs } = trimmed;
    const at = { partition, home, request: formatClaim(claim), seq: claim.seq, epoch, floorMs };
    if ((await ports.store.startTrimmed(at)).status !== 'ok') return FENCED;
    fromSeq = claim.seq;
    start = trimmed.follower;
  }
  if (start !== null) {
    const range = { partition, home, epoch, fromSeq, toSeq: base };
    const replayed = await replayLog(start, range, ports, (seq) => progress('replaying', { seq, of: base }));
    if (replayed.status !== 'ok') return FENCED;
  }
  const rebuiltFrom = trimmed === null ? null : { seq: trimmed.claim.seq, floorMs: trimmed.floorMs };
  return { status: 'copied', replayed: Math.max(0, base - fromSeq), wiped, rebuiltFrom };
}

function logTrimmed({ fromSeq, base, asked }: { fromSeq: number; base: number; asked: boolean }): string {
  const stale = asked ? ' (the start that was asked for is not in the log any more: ask again)' : '';
  return `The log no longer holds every event in ${fromSeq + 1}..${base}: restore a backup of the store, or run \`ops rebuild --from-trimmed\`${stale}`;
}

async function wipe(partition: number, home: string, ports: OwnerPorts): Promise<boolean> {
  for (let cursor = '0'; ;) {
    const page = await ports.store.wipePage(partition, home, cursor);
    if (page.status !== 'ok') return false;
    if (page.done) return true;
    cursor = page.cursor;
  }
}
