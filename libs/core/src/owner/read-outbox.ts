import type { EncodedEvent } from '../event.ts';
import type { PartitionStore } from '../ports/partition-store.ts';

const PAGE_ENTRIES = 200;

/** A stretch of a partition's outbox: the events after `fromSeq` up to `toSeq`. */
export interface OutboxStretch {
  readonly partition: number;
  readonly home: string;
  readonly fromSeq: number;
  readonly toSeq: number;
}

/**
 * Reads a stretch of the outbox and gives each of its events to `visit`, in order. `incomplete`: an event of it is missing; `fenced`: the partition is
 * somebody else's by now. Throws `TransientFault` when the store cannot be reached.
 */
export async function readOutbox(
  { partition, home, fromSeq, toSeq }: OutboxStretch,
  store: Pick<PartitionStore, 'readOutbox'>,
  visit: (event: EncodedEvent, seq: number) => void,
): Promise<'complete' | 'incomplete' | 'fenced'> {
  let covered = fromSeq;
  while (covered < toSeq) {
    const page = await store.readOutbox(partition, home, covered, PAGE_ENTRIES);
    if (page.status !== 'ok') return 'fenced';
    if (page.entries.length === 0) return 'incomplete';
    for (const { lastSeq, events } of page.entries) {
      const before = lastSeq - events.length;
      if (before > covered) return 'incomplete';
      for (const event of events.slice(covered - before)) visit(event, ++covered);
    }
  }
  return 'complete';
}
