import type { EncodedEvent } from '../event.ts';
import type { OutboxEntry } from '../ports/partition-store.ts';

/** Bytes of a record beside key and value: our headers, with epoch, seq and claim, are below. */
const RECORD_OVERHEAD_BYTES = 640;

/** Events that are published in one send; the last one has number `lastSeq`. */
export interface OutboxSend {
  readonly events: readonly EncodedEvent[];
  readonly lastSeq: number;
}

/** Cuts what the outbox holds after `sentSeq` into sends of at most `maxBytes` as records, or of one event; an entry that was sent in part is taken up where that ended. */
export function outboxSends(entries: readonly OutboxEntry[], sentSeq: number, maxBytes: number): OutboxSend[] {
  const sends: OutboxSend[] = [];
  let events: EncodedEvent[] = [];
  let bytes = 0;
  let seq = sentSeq;
  for (const entry of entries) {
    const first = entry.lastSeq - entry.events.length + 1;
    for (const event of entry.events.slice(Math.max(0, seq + 1 - first))) {
      const size = (event.key?.length ?? 0) + event.value.length + RECORD_OVERHEAD_BYTES;
      if (events.length > 0 && bytes + size > maxBytes) {
        sends.push({ events, lastSeq: seq });
        events = [];
        bytes = 0;
      }
      events.push(event);
      bytes += size;
      seq += 1;
    }
  }
  if (events.length > 0) sends.push({ events, lastSeq: seq });
  return sends;
}
