import { assert, type CommitRequest, type CommitResult, type PartitionStore } from '#libs/core';
import { copyEvent, raiseInputs, type StoredPartition, writeAccount } from './stored-partition.ts';

/** What the commit script does under the right home: all checks in its order, then everything or nothing. */
export function commitTo(held: StoredPartition, request: CommitRequest, outboxLimit: number): CommitResult {
  const { input, accounts, events } = request;
  if (input !== null) {
    const position = held.input.get(input.topic) ?? null;
    if (input.from > (position ?? 0)) return { status: 'gap' };
    if (position !== input.loaded) return { status: 'stale' };
  }
  const moved = accounts.some(({ accountId, version }) => (held.versions.get(accountId) ?? null) !== version);
  if (moved) return { status: 'conflict' };
  if (events.length > 0) {
    const seq = held.seq + events.length;
    if (seq - (held.published?.seq ?? 0) > outboxLimit) return { status: 'full' };
    held.outbox.push({ lastSeq: seq, events: events.map(copyEvent) });
    held.seq = seq;
    for (const { accountId, record, overflow } of accounts) {
      if (record !== null) writeAccount(held, { accountId, record, overflow, version: seq });
    }
  }
  if (input !== null && input.to > (input.loaded ?? 0)) held.input.set(input.topic, input.to);
  return { status: 'committed', lastSeq: held.seq };
}

/** What the open script does but for the home; the topics whose position it raised. */
export function openAt(held: StoredPartition, request: Parameters<PartitionStore['open']>[0]): string[] {
  const { epoch, base, position, lowWatermarks } = request;
  held.seq = Math.max(held.seq, base);
  held.epoch = epoch;
  held.published = { epoch, seq: base };
  held.position = position;
  held.rebuildRequest = null;
  return raiseInputs(held.input, lowWatermarks);
}

/** What the script for the start of a trimmed log does under the right home. */
export function startTrimmed(
  held: StoredPartition,
  { request, seq, epoch, floorMs }: Parameters<PartitionStore['startTrimmed']>[0],
): { readonly status: 'ok' } | { readonly status: 'not_asked' } {
  if (held.rebuildRequest !== request) return { status: 'not_asked' };
  assert(held.epoch === 'wipe' && held.versions.size === 0, 'only a wiped partition is started anew');
  held.seq = seq;
  if (floorMs > (held.floorMs ?? 0)) held.floorMs = floorMs;
  held.deadLetterSeq = Math.max(held.deadLetterSeq, seq);
  held.epoch = epoch;
  held.rebuildRequest = null;
  return { status: 'ok' };
}
