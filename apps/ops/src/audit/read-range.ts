import { type DecisionLog, type LogRecord, type StopSignal, TransientFault } from '#libs/core';
import { Interrupted } from '../failures.ts';

const READ = { maxBytes: 2 * 1024 * 1024, maxWaitMs: 500 };
const EMPTY_READS = 40;

/** A stretch of offsets [from, to) of one partition. */
export interface OffsetRange {
  readonly from: number;
  readonly to: number;
}

/**
 * The records of a range, in pages, each read while the one before it is worked on. `nextOffset` passes holes. Throws `Interrupted` when `stopSignal`
 * stops, and `TransientFault` when the partition ends before the range.
 */
export async function* readRange(
  log: DecisionLog,
  partition: number,
  { from, to, stopSignal }: OffsetRange & { readonly stopSignal: StopSignal },
): AsyncGenerator<{ readonly records: readonly LogRecord[]; readonly nextOffset: number }, void, undefined> {
  const read = (offset: number) => {
    const page = log.read(partition, offset, READ);
    // It is awaited only if the consumer goes on.
    page.catch(() => undefined);
    return page;
  };
  let offset = from;
  let emptyReads = 0;
  let next = from < to ? read(from) : null;
  while (next !== null) {
    if (stopSignal.stopped) throw new Interrupted('Stopped; not everything was read.');
    const { records, nextOffset } = await next;
    emptyReads = nextOffset > offset ? 0 : emptyReads + 1;
    if (emptyReads > EMPTY_READS) {
      throw new TransientFault('log_unreadable', `Partition ${partition} gives nothing from offset ${offset} on`);
    }
    offset = nextOffset;
    next = nextOffset < to ? read(nextOffset) : null;
    yield { records: records.filter((record) => record.offset < to), nextOffset };
  }
}
