import { assert } from '../faults.ts';

/** A commit whose seqs the store gives out: its events are planned as base + 1 to `last`, and real once the version is known. */
export interface PendingSeqs {
  /** The partition's seq as loaded, and no less than the account's version. */
  readonly base: number;
  /** `base` and the number of events of the batch, those of all accounts. */
  readonly last: number;
}

/**
 * Seqs in a record: twice the distance from `leastSeq` for a final one; for a planned one twice the distance to the batch's last, which becomes the
 * account's version, and one.
 */
export interface SeqCoding {
  /** No final seq of the record is less. */
  readonly leastSeq: number;
  code(seq: number): number;
}

/** How to write seqs of which `leastSeq` is no greater than any final one. With `null` all are final. */
export function seqCoding(leastSeq: number, pending: PendingSeqs | null): SeqCoding {
  if (pending === null) return { leastSeq, code: (seq) => 2 * (seq - leastSeq) };
  const { base, last } = pending;
  return {
    leastSeq,
    code: (seq) => {
      assert(seq <= last, 'a planned seq lies within its batch');
      return seq > base ? 2 * (last - seq) + 1 : 2 * (seq - leastSeq);
    },
  };
}

/** The seq that was coded, of an account of this version. */
export function decodedSeq(coded: number, { leastSeq, version }: { leastSeq: number; version: number }): number {
  const half = Math.floor(coded / 2);
  return coded % 2 === 0 ? leastSeq + half : version - half;
}
