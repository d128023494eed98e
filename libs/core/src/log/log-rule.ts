/** Where a reader of one partition of `decisions.v1` stands: the epoch that it accepts, and the last sequence number in it. */
export interface LogPosition {
  readonly epoch: number;
  readonly seq: number;
}

/** The state of a reader before the first record. */
export const LOG_START: LogPosition = { epoch: 0, seq: 0 };

/** What a record says of itself: OPEN starts an epoch on top of `seq`, an event is number `seq` of its epoch's owner. */
export interface LogMark {
  readonly kind: 'open' | 'event';
  readonly epoch: number;
  readonly seq: number;
}

/** `ahead` means that the reader's own state is wrong, or that the log lost records: stop, do not guess. */
export type LogVerdict = 'valid' | 'ignored' | 'ahead';

/**
 * The rule that makes a log with zombies, retries, gaps and duplicates mean one thing to everybody:
 * OPEN(e', base) is valid iff e' = e + 1 and base = s; an event (e', s') is valid iff e' = e and s' = s + 1; the rest is ignored.
 * After a valid record the reader's position is the record's own (epoch, seq).
 */
export function judge(position: LogPosition, mark: LogMark): LogVerdict {
  if (mark.kind === 'open') {
    return mark.epoch === position.epoch + 1 && mark.seq === position.seq ? 'valid' : 'ignored';
  }
  if (mark.epoch > position.epoch) return 'ahead';
  return mark.epoch === position.epoch && mark.seq === position.seq + 1 ? 'valid' : 'ignored';
}
