import { assert } from '../faults.ts';
import { readColumn, scratchColumn, writeColumn } from './packed-column.ts';

/** A commit whose seqs the store gives out: its events are planned as base + 1 to `last`, and real once the version is known. */
export interface PendingSeqs {
  /** The partition's seq as loaded, and no less than the account's version. */
  readonly base: number;
  /** `base` and the number of events of the batch, those of all accounts. */
  readonly last: number;
}

/**
 * Seqs in a record, a column: twice the step from the final seq before, the first from `leastSeq`, where a step d is 2 d, and one back -2 d - 1; for a
 * planned seq twice the distance to the batch's last, which becomes the account's version, and one.
 */
export interface SeqCoding {
  /** No final seq of the record is less. */
  readonly leastSeq: number;
  /** With `null` all are final. */
  readonly pending: PendingSeqs | null;
}

/** Of which account seqs are read, and what its record says of them. */
export interface CodedSeqs {
  readonly leastSeq: number;
  /** The account's. */
  readonly version: number;
}

/** Writes seqs [from, to) from byte `at` on and returns where they end. */
export function writeSeqs(
  record: DataView,
  at: number,
  { seqs, from, to }: { readonly seqs: Float64Array; readonly from: number; readonly to: number },
  { leastSeq, pending }: SeqCoding,
): number {
  const codes = scratchColumn(to - from);
  const base = pending?.base ?? Infinity;
  let before = leastSeq;
  for (let i = from; i < to; i++) {
    const seq = seqs[i]!;
    if (seq > base) {
      assert(seq <= pending!.last, 'a planned seq lies within its batch');
      codes[i - from] = 2 * (pending!.last - seq) + 1;
    } else {
      codes[i - from] = seq >= before ? 4 * (seq - before) : 4 * (before - seq) - 2;
      before = seq;
    }
  }
  return writeColumn(record, at, to - from, codes);
}

/** Reads `count` seqs of an account of this version into `seqs` and returns where they end. Throws as `readColumn` does. */
export function readSeqs(
  record: DataView,
  at: number,
  { seqs, count }: { readonly seqs: Float64Array; readonly count: number },
  { leastSeq, version }: CodedSeqs,
): number {
  const codes = scratchColumn(count);
  const end = readColumn(record, at, count, codes);
  let before = leastSeq;
  for (let i = 0; i < count; i++) {
    const code = codes[i]!;
    if ((code & 1) !== 0) seqs[i] = version - (code - 1) / 2;
    else seqs[i] = before += (code & 2) === 0 ? code / 4 : -(code + 2) / 4;
  }
  return end;
}
