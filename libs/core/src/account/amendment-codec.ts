import {
  AMENDMENT_WORDS,
  emptyAmendments,
  isMark,
  isPendingMark,
  newAmendments,
  type AmendmentTable,
} from './amendment-table.ts';
import { readColumn, scratchColumn, writeColumn } from './packed-column.ts';
import { CorruptRecord } from './record-envelope.ts';
import { readSeqs, writeSeqs, type CodedSeqs, type SeqCoding } from './seq-coding.ts';

/**
 * Amendments in a record, nothing when there are none: f64 time of the first; columns of the times since the entry before and of seqs; u8 marks; u32
 * words; f64 amounts of the pending ones.
 */

/** How many amendments a record has, and how many of them are pending. */
export interface AmendmentCounts {
  readonly count: number;
  readonly pending: number;
}

/** Writes a table from `at` on and returns where it ends. */
export function writeAmendments(record: DataView, at: number, table: AmendmentTable, coding: SeqCoding): number {
  const { count, timesMs, marks, words, amountsMinor, seqs } = table;
  if (count === 0) return at;
  record.setFloat64(at, timesMs[0]!, true);
  const sinceBefore = scratchColumn(count);
  for (let i = 0; i < count; i++) sinceBefore[i] = i === 0 ? 0 : timesMs[i]! - timesMs[i - 1]!;
  let to = writeColumn(record, at + 8, count, sinceBefore);
  to = writeSeqs(record, to, { seqs, from: 0, to: count }, coding);
  for (let i = 0; i < count; i++, to += 1) record.setUint8(to, marks[i]!);
  for (let i = 0; i < AMENDMENT_WORDS * count; i++, to += 4) record.setUint32(to, words[i]!, true);
  for (let i = 0; i < count; i++) {
    if (!isPendingMark(marks[i]!)) continue;
    record.setFloat64(to, amountsMinor[i]!, true);
    to += 8;
  }
  return to;
}

/** The table and where it ends. Throws `CorruptRecord` for what `writeAmendments` did not write. */
export function readAmendments(
  record: DataView,
  { at, count, pending }: AmendmentCounts & { readonly at: number },
  seqs: CodedSeqs,
): { table: AmendmentTable; end: number } {
  if (count === 0 && pending === 0) return { table: emptyAmendments(), end: at };
  if (at + 8 > record.byteLength) throw new CorruptRecord('an account record ends in its amendments');
  const table = newAmendments(count, pending);
  const { timesMs, marks, words, amountsMinor } = table;
  const sinceBefore = scratchColumn(count);
  const seqsAt = readColumn(record, at + 8, count, sinceBefore);
  for (let i = 0, timeMs = record.getFloat64(at, true); i < count; i++) timesMs[i] = timeMs += sinceBefore[i]!;
  const marksAt = readSeqs(record, seqsAt, table, seqs);
  const wordsAt = marksAt + count;
  let amountAt = wordsAt + 4 * AMENDMENT_WORDS * count;
  const end = amountAt + 8 * pending;
  if (end > record.byteLength) throw new CorruptRecord('an account record ends in its amendments');
  for (let i = 0; i < count; i++) marks[i] = record.getUint8(marksAt + i);
  for (let i = 0; i < AMENDMENT_WORDS * count; i++) words[i] = record.getUint32(wordsAt + 4 * i, true);
  for (let i = 0; i < count && amountAt < end; i++) {
    if (!isPendingMark(marks[i]!)) continue;
    amountsMinor[i] = record.getFloat64(amountAt, true);
    amountAt += 8;
  }
  check(table, amountAt === end);
  return { table, end };
}

function check({ marks, pending, timesMs, seqs, count }: AmendmentTable, hasAmounts: boolean): void {
  const isOrdered = (i: number): boolean =>
    i === 0 || timesMs[i]! > timesMs[i - 1]! || (timesMs[i] === timesMs[i - 1] && seqs[i]! > seqs[i - 1]!);
  let waiting = 0;
  for (let i = 0; i < count; i++) {
    if (!isMark(marks[i]!) || !isOrdered(i) || !(seqs[i]! > 0)) {
      throw new CorruptRecord('the amendments of an account record are malformed');
    }
    if (isPendingMark(marks[i]!)) waiting++;
  }
  if (waiting !== pending || !hasAmounts) throw new CorruptRecord('the amendments of an account record are malformed');
}
