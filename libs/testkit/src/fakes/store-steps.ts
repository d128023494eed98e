import { assert, type CommitRequest, type CommitResult, type OutboxEntry, type PartitionStore } from '#libs/core';
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

/** What the apply script does under the right home. */
export function applyTo(
  held: StoredPartition,
  request: Parameters<PartitionStore['apply']>[0],
): { readonly status: 'ok' } | { readonly status: 'out_of_order'; readonly seq: number } {
  if (held.seq !== request.fromSeq) return { status: 'out_of_order', seq: held.seq };
  for (const account of request.accounts) writeAccount(held, account);
  held.seq = request.toSeq;
  raiseInputs(held.input, request.input);
  held.epoch = request.epoch;
  return { status: 'ok' };
}

/** What the open script does but for the home; the topics whose position it raised. */
export function openAt(held: StoredPartition, request: Parameters<PartitionStore['open']>[0]): string[] {
  const { epoch, base, position, lowWatermarks } = request;
  held.seq = Math.max(held.seq, base);
  held.epoch = epoch;
  held.published = { epoch, seq: base };
  held.position = position;
  held.rebuildRequest = null;
  held.damaged.clear();
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

/** Entries with events after `afterSeq`, in bytes of their own. */
export function outboxAfter({ outbox }: StoredPartition, afterSeq: number, maxEntries: number): OutboxEntry[] {
  const entries = outbox.filter(({ lastSeq }) => lastSeq > afterSeq).slice(0, maxEntries);
  return entries.map(({ lastSeq, events }) => ({ lastSeq, events: events.map(copyEvent) }));
}

/** What the trim script does under the right home. */
export function trimTo(
  held: StoredPartition,
  request: Parameters<PartitionStore['trim']>[0],
): { readonly status: 'ok' } {
  held.published = { epoch: request.epoch, seq: request.publishedSeq };
  held.position = request.position;
  held.deadLetterSeq = request.deadLetterSeq;
  held.outbox = held.outbox.filter(({ lastSeq }) => lastSeq >= request.keepFromSeq);
  return { status: 'ok' };
}
