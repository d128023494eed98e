import {
  AMENDMENT_WORDS,
  emptyAmendments,
  isMark,
  isPendingMark,
  newAmendments,
  type AmendmentTable,
} from './amendment-table.ts';
import { readColumn, scratchColumn, widthOf, writeColumn } from './packed-column.ts';
import { CorruptRecord } from './record-envelope.ts';
import type { SeqCoding } from './seq-coding.ts';

/**
 * Amendments in a record, nothing when there are none: f64 time of the first; u8 widths of times and of seqs; u8 marks; u32 words; packed columns of
 * the times since the entry before and of coded seqs; f64 amounts of the pending ones.
 */
const HEAD_BYTES = 10;

/** How many amendments a record has, and how many of them are pending. */
export interface AmendmentCounts {
  readonly count: number;
  readonly pending: number;
}

/** How a table is laid out. */
interface Layout extends AmendmentCounts {
  readonly timeWidth: number;
  readonly seqWidth: number;
}

/** How many bytes a table takes. */
export function amendmentsBytes(table: AmendmentTable, seqs: SeqCoding): number {
  return table.count === 0 ? 0 : bytesOf(layoutOf(table, seqs));
}

/** Writes a table, from `at` on. */
export function writeAmendments(record: DataView, at: number, table: AmendmentTable, seqs: SeqCoding): void {
  const { count, timesMs, marks, words, amountsMinor } = table;
  if (count === 0) return;
  const layout = layoutOf(table, seqs);
  record.setFloat64(at, timesMs[0]!, true);
  record.setUint8(at + 8, layout.timeWidth);
  record.setUint8(at + 9, layout.seqWidth);
  for (let i = 0; i < count; i++) record.setUint8(at + HEAD_BYTES + i, marks[i]!);
  const wordsAt = at + HEAD_BYTES + count;
  for (let i = 0; i < AMENDMENT_WORDS * count; i++) record.setUint32(wordsAt + 4 * i, words[i]!, true);

  const timesAt = wordsAt + 4 * AMENDMENT_WORDS * count;
  const seqsAt = timesAt + layout.timeWidth * count;
  const column = scratchColumn(count);
  for (let i = 0; i < count; i++) column[i] = i === 0 ? 0 : timesMs[i]! - timesMs[i - 1]!;
  writeColumn(record, { at: timesAt, rows: count, width: layout.timeWidth }, column);
  for (let i = 0; i < count; i++) column[i] = seqs.code(table.seqs[i]!);
  writeColumn(record, { at: seqsAt, rows: count, width: layout.seqWidth }, column);
  let amountAt = seqsAt + layout.seqWidth * count;
  for (let i = 0; i < count; i++) {
    if (!isPendingMark(marks[i]!)) continue;
    record.setFloat64(amountAt, amountsMinor[i]!, true);
    amountAt += 8;
  }
}

/** The table and where it ends. Throws `CorruptRecord` for what `writeAmendments` did not write. */
export function readAmendments(
  record: DataView,
  { at, count, pending }: AmendmentCounts & { readonly at: number },
  seqOf: (coded: number) => number,
): { table: AmendmentTable; end: number } {
  if (count === 0 && pending === 0) return { table: emptyAmendments(), end: at };
  if (at + HEAD_BYTES > record.byteLength) throw new CorruptRecord('an account record ends in its amendments');
  const layout = { count, pending, timeWidth: record.getUint8(at + 8), seqWidth: record.getUint8(at + 9) };
  const end = at + bytesOf(layout);
  if (layout.timeWidth > 6 || layout.seqWidth > 6 || end > record.byteLength) {
    throw new CorruptRecord('an account record ends in its amendments');
  }
  const table = newAmendments(count, pending);
  const { timesMs, marks, words, amountsMinor } = table;
  for (let i = 0; i < count; i++) marks[i] = record.getUint8(at + HEAD_BYTES + i);
  const wordsAt = at + HEAD_BYTES + count;
  for (let i = 0; i < AMENDMENT_WORDS * count; i++) words[i] = record.getUint32(wordsAt + 4 * i, true);
  const timesAt = wordsAt + 4 * AMENDMENT_WORDS * count;
  const seqsAt = timesAt + layout.timeWidth * count;
  readColumn(record, { at: timesAt, rows: count, width: layout.timeWidth }, timesMs);
  for (let i = 0, timeMs = record.getFloat64(at, true); i < count; i++) timesMs[i] = timeMs += timesMs[i]!;
  readColumn(record, { at: seqsAt, rows: count, width: layout.seqWidth }, table.seqs);
  for (let i = 0; i < count; i++) table.seqs[i] = seqOf(table.seqs[i]!);
  let amountAt = seqsAt + layout.seqWidth * count;
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

function layoutOf({ count, pending, timesMs, seqs }: AmendmentTable, coding: SeqCoding): Layout {
  let longestMs = 0;
  let largestSeq = 0;
  for (let i = 0; i < count; i++) {
    if (i > 0) longestMs = Math.max(longestMs, timesMs[i]! - timesMs[i - 1]!);
    largestSeq = Math.max(largestSeq, coding.code(seqs[i]!));
  }
  return { count, pending, timeWidth: widthOf(longestMs), seqWidth: widthOf(largestSeq) };
}

function bytesOf({ count, pending, timeWidth, seqWidth }: Layout): number {
  return HEAD_BYTES + count * (1 + 4 * AMENDMENT_WORDS + timeWidth + seqWidth) + 8 * pending;
}
