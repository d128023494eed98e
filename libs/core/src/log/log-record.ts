import type { EncodedEvent } from '../event.ts';
import type { LogRecord, NewLogRecord } from '../ports/decision-log.ts';
import { formatClaim, parseClaim, type Claim } from './claim.ts';
import { formatEpochTable, parseEpochTable, type EpochBase } from './epoch-table.ts';
import type { LogMark } from './log-rule.ts';

/** Version of everything in protocol and state that old and new processes must agree on. */
export const PROTOCOL_VERSION = 1;

/** What an OPEN says beside its mark. */
export interface OpenRecord {
  readonly epoch: number;
  readonly base: number;
  readonly nonce: string;
  readonly protocolVersion: number;
  /** Bases of the last epochs, this one included. */
  readonly table: readonly EpochBase[];
  /** null when it is the first record of a log. */
  readonly claim: Claim | null;
}

const WHOLE_NUMBER = /^\d{1,16}$/;

/** The mark in a record's headers; null for a record that is none of ours. */
export function markOf(record: LogRecord): LogMark | null {
  const { e, s, o } = record.headers;
  if (e === undefined || s === undefined || !WHOLE_NUMBER.test(e) || !WHOLE_NUMBER.test(s)) return null;
  return { kind: o === undefined ? 'event' : 'open', epoch: Number(e), seq: Number(s) };
}

/** The claim that a record carries, if any. */
export function claimOf(record: LogRecord): Claim | null {
  return parseClaim(record.headers['v']);
}

/** An OPEN, decoded; null when the record is not one. Details that this version cannot read count as those of a newer protocol. */
export function openOf(record: LogRecord): OpenRecord | null {
  const mark = markOf(record);
  if (mark?.kind !== 'open') return null;
  const { o, h, p } = record.headers;
  const table = parseEpochTable(h);
  const readable = table !== null && p !== undefined && WHOLE_NUMBER.test(p);
  return {
    epoch: mark.epoch,
    base: mark.seq,
    nonce: o ?? '',
    protocolVersion: readable ? Number(p) : Number.MAX_SAFE_INTEGER,
    table: table ?? [],
    claim: claimOf(record),
  };
}

/** The record that tries to open an epoch. */
export function openRecord(open: OpenRecord): NewLogRecord {
  const headers: Record<string, string> = {
    ce_type: 'partition.opened',
    o: open.nonce,
    e: String(open.epoch),
    s: String(open.base),
    p: String(open.protocolVersion),
    h: formatEpochTable(open.table),
  };
  if (open.claim !== null) headers['v'] = formatClaim(open.claim);
  return { key: null, value: null, headers };
}

/** An event of the outbox as record number `seq` of `epoch`. */
export function eventRecord(
  event: EncodedEvent,
  mark: { epoch: number; seq: number },
  claim: Claim | null,
): NewLogRecord {
  const headers: Record<string, string> = { ...event.headers, e: String(mark.epoch), s: String(mark.seq) };
  if (claim !== null) headers['v'] = formatClaim(claim);
  return { key: event.key, value: event.value, headers };
}
