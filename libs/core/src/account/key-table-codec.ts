import { KEY_WORDS, newKeys, type KeyTable } from './key-table.ts';
import { readColumn, scratchColumn, writeColumn } from './packed-column.ts';
import { CorruptRecord } from './record-envelope.ts';
import { ValueNumbers } from './value-numbers.ts';

/** Which words of an entry belong together. */
interface KeyPart {
  readonly word: number;
  readonly words: 1 | 2;
}

/**
 * How the entries of a table are written: part by part, and each of its different values once. A column of codes, one an entry: 0, as the rule has it, or
 * absent where there is no rule; 1, the next value; 2 and more, a value again, counted from the first. Of a dated part a column of the times from the
 * account's first event to `firstMs`, one a value. The values, in words of u32.
 */
export interface KeyLayout {
  readonly parts: readonly KeyPart[];
  readonly datedAt: number;
  /** What a part of one word nearly always is, given the parts before it; null when there is no such rule. */
  readonly rule: { readonly word: number; valueOf(words: Uint32Array, at: number): number } | null;
}

const USUAL = 0;
const NEXT = 1;
const FIRST = 2;

/** The entries of a table in the order in which they are written. */
export interface KeysInOrder {
  readonly table: KeyTable;
  /** Slots, the first of which is 0: the entry without keys, which is not written. */
  readonly order: Uint16Array;
  readonly count: number;
  /** The account's first event. */
  readonly originMs: number;
}

const numbers = new ValueNumbers();
let slotsOfValues = new Uint16Array(64);

/** Writes entries from `at` on and returns where they end. */
export function writeKeys(record: DataView, at: number, layout: KeyLayout, keys: KeysInOrder): number {
  if (slotsOfValues.length < keys.count) slotsOfValues = new Uint16Array(2 * keys.count);
  let to = at;
  for (const part of layout.parts) to = writePart(record, to, { part, layout }, keys);
  return to;
}

function writePart(
  record: DataView,
  at: number,
  { part, layout }: { readonly part: KeyPart; readonly layout: KeyLayout },
  { table: { words, firstMs }, order, count, originMs }: KeysInOrder,
): number {
  const { word, words: length } = part;
  const rule = layout.rule?.word === word ? layout.rule : null;
  const codes = scratchColumn(count);
  numbers.clear(count);
  for (let i = 1; i < count; i++) {
    const from = KEY_WORDS * order[i]!;
    const high = length === 2 ? words[from + word]! : 0;
    const low = words[from + word + length - 1]!;
    const usual = rule === null ? 0 : rule.valueOf(words, from);
    if (low === usual && high === 0) {
      codes[i - 1] = USUAL;
      continue;
    }
    const known = numbers.count;
    const number = numbers.of(high, low);
    codes[i - 1] = number === known ? NEXT : FIRST + number;
    if (number === known) slotsOfValues[number] = order[i]!;
  }
  let to = writeColumn(record, at, count - 1, codes);
  if (word === layout.datedAt) {
    const ages = scratchColumn(numbers.count);
    for (let i = 0; i < numbers.count; i++) ages[i] = firstMs[slotsOfValues[i]!]! - originMs;
    to = writeColumn(record, to, numbers.count, ages);
  }
  for (let i = 0; i < numbers.count; i++) {
    const from = KEY_WORDS * slotsOfValues[i]! + word;
    for (let w = 0; w < length; w++, to += 4) record.setUint32(to, words[from + w]!, true);
  }
  return to;
}

/** Where entries begin, and how many there are but for the one without keys. */
interface WrittenKeys {
  readonly at: number;
  readonly count: number;
  readonly originMs: number;
}

/** The table of written entries and the empty one, in their order, and where they end. Throws `CorruptRecord` for what `writeKeys` did not write. */
export function readKeys(
  record: DataView,
  { at, count, originMs }: WrittenKeys,
  layout: KeyLayout,
): { table: KeyTable; end: number } {
  const table = newKeys(count + 1);
  let end = at;
  for (const part of layout.parts) end = readPart(record, { at: end, count, originMs }, { part, layout }, table);
  return { table, end };
}

let codesRead = new Uint16Array(64);

function readPart(
  record: DataView,
  { at, count, originMs }: WrittenKeys,
  { part: { word, words: length }, layout }: { readonly part: KeyPart; readonly layout: KeyLayout },
  { words, firstMs }: KeyTable,
): number {
  const rule = layout.rule?.word === word ? layout.rule : null;
  const isDated = word === layout.datedAt;
  const column = scratchColumn(count);
  const codesEnd = readColumn(record, at, count, column);
  if (codesRead.length < count) codesRead = new Uint16Array(2 * count);
  const codes = codesRead;
  let values = 0;
  for (let i = 0; i < count; i++) {
    codes[i] = column[i]!;
    if (column[i] === NEXT) values++;
    else if (column[i]! >= FIRST + values) throw new CorruptRecord('an entry of keys is malformed');
  }
  const valuesAt = isDated ? readColumn(record, codesEnd, values, column) : codesEnd;
  const end = valuesAt + 4 * length * values;
  if (values === 0 && rule === null) return end;
  if (end > record.byteLength) throw new CorruptRecord('an account record ends in its keys');
  let next = 0;
  for (let i = 0, to = KEY_WORDS + word; i < count; i++, to += KEY_WORDS) {
    const code = codes[i]!;
    if (code === USUAL) {
      if (rule !== null) words[to] = rule.valueOf(words, to - word);
      continue;
    }
    const number = code === NEXT ? next++ : code - FIRST;
    const from = valuesAt + 4 * length * number;
    words[to] = record.getUint32(from, true);
    if (length === 2) words[to + 1] = record.getUint32(from + 4, true);
    if (isDated) firstMs[i + 1] = originMs + column[number]!;
  }
  return end;
}
