import type { Hash64 } from '../hash64.ts';
import { DAY_MS } from '../time.ts';
import type { Amendment, AmendmentKind, LabelValue, RecordedAmendment } from './amendment.ts';

/** How many amendments an account knows again; beyond it the oldest leave, and raise the floor. */
export const AMENDMENT_CAP = 256;
/** How many of them may wait for their transaction. */
export const PENDING_CAP = 32;
/** How long one waits: until the watermark is so far past the amendment's own time. */
export const PENDING_MS = 7 * DAY_MS;

/** `applied`: it changed its transaction. `pending`: it waits for it. `unmatched`: it waited in vain, and is only known again. */
export type AmendmentFate = 'applied' | 'pending' | 'unmatched';

/** An amendment that the account knows again. Its amount is kept as long as it is pending, and is 0 after that. */
export interface AmendmentEntry extends RecordedAmendment {
  readonly fate: AmendmentFate;
}

/** The amendments that an account knows again, in columns ordered by (time, seq). Immutable; an account without any shares one empty table. */
export interface AmendmentTable {
  readonly count: number;
  readonly pending: number;
  readonly timesMs: Float64Array;
  readonly seqs: Float64Array;
  readonly amountsMinor: Float64Array;
  /** Five an entry: identity high, identity low, content, target high, target low. */
  readonly words: Uint32Array;
  /** The place of the kind in `KINDS`, and eight times that of the fate in `FATES`. */
  readonly marks: Uint8Array;
}

/** Words of an entry. */
export const AMENDMENT_WORDS = 5;

const KINDS: readonly AmendmentKind[] = [
  'fraud',
  'genuine',
  'reversal',
  'refund',
  'declined',
  'approved',
  'challenged',
];
const FATES: readonly AmendmentFate[] = ['applied', 'pending', 'unmatched'];
const FATE_STEP = 8;

/** Whether a byte is the mark of an entry. */
export function isMark(byte: number): boolean {
  return byte < FATE_STEP * FATES.length && byte % FATE_STEP < KINDS.length;
}

/** Whether it is that of a pending one. */
export function isPendingMark(mark: number): boolean {
  return mark >= FATE_STEP && mark < 2 * FATE_STEP;
}

/** Room for `count` entries, for the caller to fill. */
export function newAmendments(count: number, pending: number): AmendmentTable {
  return {
    count,
    pending,
    timesMs: new Float64Array(count),
    seqs: new Float64Array(count),
    amountsMinor: new Float64Array(count),
    words: new Uint32Array(AMENDMENT_WORDS * count),
    marks: new Uint8Array(count),
  };
}

const NO_AMENDMENTS = newAmendments(0, 0);

/** A table without entries. */
export function emptyAmendments(): AmendmentTable {
  return NO_AMENDMENTS;
}

/** A table of these entries, which are ordered by (time, seq). */
export function amendmentTableOf(entries: readonly AmendmentEntry[]): AmendmentTable {
  if (entries.length === 0) return NO_AMENDMENTS;
  const table = newAmendments(entries.length, entries.filter(({ fate }) => fate === 'pending').length);
  entries.forEach(({ identity, content, target, timeMs, seq, amountMinor, kind, fate }, i) => {
    table.timesMs[i] = timeMs;
    table.seqs[i] = seq;
    table.amountsMinor[i] = fate === 'pending' ? amountMinor : 0;
    // Word by word, as an array or a view for each would cost more than all the rest of a label.
    const at = AMENDMENT_WORDS * i;
    table.words[at] = identity.high;
    table.words[at + 1] = identity.low;
    table.words[at + 2] = content;
    table.words[at + 3] = target.high;
    table.words[at + 4] = target.low;
    table.marks[i] = KINDS.indexOf(kind) + FATE_STEP * FATES.indexOf(fate);
  });
  return table;
}

/** All entries, by (time, seq). */
export function entriesOf(table: AmendmentTable): AmendmentEntry[] {
  return Array.from({ length: table.count }, (_, i) => entryAt(table, i));
}

/** What an account knows of an amendment that it has taken in before. Equal `content`: a duplicate; other content: a conflict of identity. */
export interface KnownAmendment {
  readonly content: number;
  readonly timeMs: number;
  /** Whether it has changed its transaction. */
  readonly matched: boolean;
  readonly seq: number;
}

/** The amendment of this identity, or null. */
export function findAmendmentEntry(table: AmendmentTable, identity: Hash64): AmendmentEntry | null {
  const { words, count } = table;
  for (let i = count - 1, at = AMENDMENT_WORDS * i; i >= 0; i--, at -= AMENDMENT_WORDS) {
    if (words[at + 1] === identity.low && words[at] === identity.high) return entryAt(table, i);
  }
  return null;
}

/** The greatest time of a label that was applied to a transaction; -Infinity when there is none in the table. */
export function newestLabelMs({ words, marks, timesMs, count }: AmendmentTable, target: Hash64): number {
  for (let i = count - 1, at = AMENDMENT_WORDS * i; i >= 0; i--, at -= AMENDMENT_WORDS) {
    if (marks[i]! <= LAST_LABEL && words[at + 4] === target.low && words[at + 3] === target.high) return timesMs[i]!;
  }
  return -Infinity;
}

/** The mark of an applied 'genuine'; that of an applied 'fraud' is 0. */
const LAST_LABEL = KINDS.indexOf('genuine');

/** Whether an amendment says what its transaction was. */
export function isLabel(kind: AmendmentKind): kind is LabelValue {
  return kind === 'fraud' || kind === 'genuine';
}

/** Whether an amendment takes from the amount of its transaction. What is no label and takes nothing is only remembered. */
export function takesAmount(kind: AmendmentKind): boolean {
  return kind === 'reversal' || kind === 'refund' || kind === 'declined';
}

/** An entry as it was before the account took it in. */
export function amendmentOf({ kind, identity, content, timeMs, target, amountMinor }: AmendmentEntry): Amendment {
  return { kind, identity, content, timeMs, target, amountMinor };
}

function entryAt({ words, marks, timesMs, seqs, amountsMinor }: AmendmentTable, i: number): AmendmentEntry {
  const at = AMENDMENT_WORDS * i;
  const mark = marks[i]!;
  return {
    kind: KINDS[mark % FATE_STEP]!,
    fate: FATES[Math.floor(mark / FATE_STEP)]!,
    identity: { high: words[at]!, low: words[at + 1]! },
    content: words[at + 2]!,
    timeMs: timesMs[i]!,
    target: { high: words[at + 3]!, low: words[at + 4]! },
    amountMinor: amountsMinor[i]!,
    seq: seqs[i]!,
  };
}
