/** Words of an entry. */
export const KEY_WORDS = 7;

/**
 * Keys that rows of a log share, so that a row holds a slot and not the keys: entry i in words [7 i, 7 i + 7). Slot 0 is the entry without any
 * key; another slot of zeros is free. Immutable. An entry stays exactly as long as some row refers to it.
 *
 * One of an entry's keys, 64 bits of it, is *dated*: `firstMs` is the least event time of a row with this key since the log last was without it,
 * equal in all entries with it; NaN in entries that lack it.
 */
export interface KeyTable {
  readonly slots: number;
  readonly words: Uint32Array;
  readonly firstMs: Float64Array;
}

/** Slots without keys, for the caller to fill but for slot 0; in one buffer, which is what allocating costs. */
export function newKeys(slots: number): KeyTable {
  const buffer = new ArrayBuffer((8 + 4 * KEY_WORDS) * slots);
  return {
    slots,
    firstMs: new Float64Array(buffer, 0, slots).fill(NaN),
    words: new Uint32Array(buffer, 8 * slots, KEY_WORDS * slots),
  };
}

const NO_KEYS = newKeys(1);

/** A table without entries. */
export function emptyKeys(): KeyTable {
  return NO_KEYS;
}

/** The slot of exactly these words, or -1. */
function slotOf({ words, slots }: KeyTable, key: Uint32Array): number {
  const first = key[0]!;
  for (let slot = 0, at = 0; slot < slots; slot++, at += KEY_WORDS) {
    if (words[at] === first && isEntry(words, at, key)) return slot;
  }
  return -1;
}

/** `firstMs` of a dated key, whose halves are in words `datedAt` and `datedAt` + 1 of its entries; NaN when the log does not have it. */
export function firstSeenMs(
  { words, firstMs, slots }: KeyTable,
  { high, low, datedAt }: { readonly high: number; readonly low: number; readonly datedAt: number },
): number {
  for (let slot = 1, at = KEY_WORDS + datedAt; slot < slots; slot++, at += KEY_WORDS) {
    if (words[at + 1] === low && words[at] === high) return firstMs[slot]!;
  }
  return NaN;
}

/** The table with an entry of these words for a row at `eventTimeMs`, and its slot. */
export function withKey(
  table: KeyTable,
  key: Uint32Array,
  { datedAt, eventTimeMs }: { readonly datedAt: number; readonly eventTimeMs: number },
): { readonly table: KeyTable; readonly slot: number } {
  const high = key[datedAt]!;
  const low = key[datedAt + 1]!;
  const isDated = high !== 0 || low !== 0;
  const knownMs = isDated ? firstSeenMs(table, { high, low, datedAt }) : NaN;
  const known = slotOf(table, key);
  if (known !== -1 && !(eventTimeMs < knownMs)) return { table, slot: known };

  const slot = known === -1 ? freeSlot(table) : known;
  const next = grown(table, slot + 1);
  next.words.set(key, KEY_WORDS * slot);
  next.firstMs[slot] = isDated ? Math.min(eventTimeMs, Number.isNaN(knownMs) ? eventTimeMs : knownMs) : NaN;
  if (eventTimeMs < knownMs) redate(next, { high, low, datedAt }, eventTimeMs);
  return { table: next, slot };
}

/** The table without the entry of a slot to which no row refers any more. */
export function withoutSlot(table: KeyTable, slot: number): KeyTable {
  const next = grown(table, 0);
  next.words.fill(0, KEY_WORDS * slot, KEY_WORDS * (slot + 1));
  next.firstMs[slot] = NaN;
  return next;
}

function isEntry(words: Uint32Array, at: number, key: Uint32Array): boolean {
  for (let word = 1; word < KEY_WORDS; word++) if (words[at + word] !== key[word]) return false;
  return true;
}

function freeSlot({ words, slots }: KeyTable): number {
  for (let slot = 1, at = KEY_WORDS; slot < slots; slot++, at += KEY_WORDS) {
    if (isFree(words, at)) return slot;
  }
  return slots;
}

function isFree(words: Uint32Array, at: number): boolean {
  for (let word = 0; word < KEY_WORDS; word++) if (words[at + word] !== 0) return false;
  return true;
}

/** A copy with room for at least `slots`. */
function grown({ words, firstMs, slots }: KeyTable, atLeast: number): KeyTable {
  if (atLeast <= slots) return { slots, firstMs: firstMs.slice(), words: words.slice() };
  const next = newKeys(atLeast);
  next.words.set(words);
  next.firstMs.set(firstMs);
  return next;
}

function redate(
  { words, firstMs, slots }: KeyTable,
  { high, low, datedAt }: { readonly high: number; readonly low: number; readonly datedAt: number },
  eventTimeMs: number,
): void {
  for (let slot = 1, at = KEY_WORDS + datedAt; slot < slots; slot++, at += KEY_WORDS) {
    if (words[at + 1] === low && words[at] === high) firstMs[slot] = eventTimeMs;
  }
}
