import { assert } from '../faults.ts';
import { KEY_WORDS, newKeys, type KeyTable } from './key-table.ts';
import { CorruptRecord } from './record-envelope.ts';

/** Which words of an entry belong together. */
interface KeyPart {
  readonly word: number;
  readonly words: 1 | 2;
}

/**
 * How the entries of a table are written: first a u16 for each, its *mask*, which has two bits for each part; then what they say is written, in words
 * of u32. With a dated key that is written comes the time from the account's first event to `firstMs`, in 6 bytes.
 */
export interface KeyLayout {
  readonly parts: readonly KeyPart[];
  readonly datedAt: number;
  /** What a part of one word nearly always is, given the parts before it; null when there is no such rule. */
  readonly rule: { readonly word: number; valueOf(words: Uint32Array, at: number): number } | null;
}

const ABSENT = 0;
const WRITTEN = 1;
/** As in the entry before. */
const REPEATED = 2;
/** As the rule has it. */
const BY_RULE = 3;
const DATE_BYTES = 6;
const TWO_32 = 2 ** 32;

/** The entries of a table in the order in which they are written. */
export interface KeysInOrder {
  readonly table: KeyTable;
  /** Slots, the first of which is 0: the entry without keys, which is not written. */
  readonly order: Uint16Array;
  readonly count: number;
  /** The account's first event. */
  readonly originMs: number;
}

/** How many bytes entries take. */
export function keysBytes(layout: KeyLayout, { table, order, count }: KeysInOrder): number {
  let bytes = 2 * (count - 1);
  for (let i = 1; i < count; i++) bytes += bytesOf(layout, maskOf(layout, table.words, order[i]!, order[i - 1]!));
  return bytes;
}

/** Writes entries, from `at` on. */
export function writeKeys(record: DataView, at: number, layout: KeyLayout, keys: KeysInOrder): void {
  const { table, order, count, originMs } = keys;
  const { words, firstMs } = table;
  let into = at + 2 * (count - 1);
  for (let i = 1; i < count; i++) {
    const slot = order[i]!;
    const mask = maskOf(layout, words, slot, order[i - 1]!);
    record.setUint16(at + 2 * (i - 1), mask, true);
    for (let part = 0, codes = mask; codes !== 0; part++, codes >>>= 2) {
      if ((codes & 3) !== WRITTEN) continue;
      const { word, words: length } = layout.parts[part]!;
      for (let w = 0; w < length; w++, into += 4) record.setUint32(into, words[KEY_WORDS * slot + word + w]!, true);
      if (word !== layout.datedAt) continue;
      const ageMs = firstMs[slot]! - originMs;
      assert(ageMs >= 0 && ageMs < TWO_32 * 0x10000, 'a key is no older than its account');
      record.setUint32(into, ageMs, true);
      record.setUint16(into + 4, ageMs / TWO_32, true);
      into += DATE_BYTES;
    }
  }
}

/** The table of `count` written entries and the empty one, in their order, and where they end. Throws `CorruptRecord` when they end too late. */
export function readKeys(
  record: DataView,
  { at, count, originMs }: { readonly at: number; readonly count: number; readonly originMs: number },
  layout: KeyLayout,
): { table: KeyTable; end: number } {
  const end = endOf(record, { at, count }, layout);
  const table = newKeys(count + 1);
  const { words, firstMs } = table;
  let from = at + 2 * count;
  for (let slot = 1, to = KEY_WORDS; slot <= count; slot++, to += KEY_WORDS) {
    const mask = record.getUint16(at + 2 * (slot - 1), true);
    for (let part = 0, codes = mask; codes !== 0; part++, codes >>>= 2) {
      const { word, words: length } = layout.parts[part]!;
      const code = codes & 3;
      if (code === ABSENT) continue;
      if (code === BY_RULE) {
        words[to + word] = layout.rule?.valueOf(words, to) ?? 0;
        continue;
      }
      for (let w = word; w < word + length; w++) {
        words[to + w] = code === REPEATED ? words[to - KEY_WORDS + w]! : record.getUint32(from + 4 * (w - word), true);
      }
      if (code === WRITTEN) from += 4 * length;
      if (word !== layout.datedAt) continue;
      if (code === REPEATED) firstMs[slot] = firstMs[slot - 1]!;
      else {
        firstMs[slot] = originMs + record.getUint32(from, true) + TWO_32 * record.getUint16(from + 4, true);
        from += DATE_BYTES;
      }
    }
  }
  return { table, end };
}

function endOf(record: DataView, { at, count }: { at: number; count: number }, layout: KeyLayout): number {
  let end = at + 2 * count;
  if (end > record.byteLength) throw new CorruptRecord('an account record ends in its keys');
  for (let i = 0; i < count; i++) {
    const mask = record.getUint16(at + 2 * i, true);
    if (mask === 0 || mask >>> (2 * layout.parts.length) !== 0)
      throw new CorruptRecord('an entry of keys is malformed');
    end += bytesOf(layout, mask);
  }
  if (end > record.byteLength) throw new CorruptRecord('an account record ends in its keys');
  return end;
}

function bytesOf({ parts, datedAt }: KeyLayout, mask: number): number {
  let bytes = 0;
  for (let part = 0, codes = mask; codes !== 0; part++, codes >>>= 2) {
    const { word, words } = parts[part]!;
    if ((codes & 3) === WRITTEN) bytes += 4 * words + (word === datedAt ? DATE_BYTES : 0);
  }
  return bytes;
}

function maskOf({ parts, rule }: KeyLayout, words: Uint32Array, slot: number, slotBefore: number): number {
  const at = KEY_WORDS * slot;
  const before = KEY_WORDS * slotBefore;
  let mask = 0;
  for (let part = 0; part < parts.length; part++) {
    const { word, words: length } = parts[part]!;
    const low = words[at + word]!;
    const high = length === 2 ? words[at + word + 1]! : 0;
    if (low === 0 && high === 0) continue;
    const isRepeated = words[before + word] === low && (length === 1 || words[before + word + 1] === high);
    const isByRule = rule !== null && rule.word === word && rule.valueOf(words, at) === low;
    mask |= (isByRule ? BY_RULE : isRepeated ? REPEATED : WRITTEN) << (2 * part);
  }
  return mask;
}
