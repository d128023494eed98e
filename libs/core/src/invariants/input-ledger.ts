import type { RejectionReason } from '../decision.ts';
import { assert } from '../faults.ts';
import type { Hash64 } from '../hash64.ts';

/** A record of the input topic, as much of it as its fate needs. */
export interface InputRecord {
  /** Where it lies. */
  readonly partition: number;
  readonly offset: number;
  /** The partition of its account, which decides it; its own for what is no transaction. */
  readonly target: number;
  /** Of key and value. */
  readonly fingerprint: number;
  /** What the record says, or why it says nothing. */
  readonly content:
    | { readonly identity: Hash64; readonly hash: number }
    | Extract<RejectionReason, 'malformed' | 'oversized' | 'invalid_transaction' | 'unsupported_event_type'>;
}

/** What the decision logs say of an input record; bits, since several can be true. */
export const FATE = {
  /** A decision of its identity and content. */
  decided: 1,
  /** A decision of its identity with other content. */
  conflicting: 2,
  /** A rejection of this very record. */
  rejected: 4,
  /** Its account's partition refused a copy of it. */
  refusedElsewhere: 8,
} as const;

const INVALID = ['malformed', 'oversized', 'invalid_transaction', 'unsupported_event_type'] as const;

/** Every record of the input topic and its fate, in columns: some 60 bytes a record. Partitions are added one after the other, offsets rising. */
export class InputLedger {
  readonly #partitions: number[] = [];
  readonly #offsets: number[] = [];
  readonly #targets: number[] = [];
  readonly #fingerprints: number[] = [];
  readonly #high: number[] = [];
  readonly #low: number[] = [];
  readonly #hashes: number[] = [];
  /** Index into `INVALID`, or -1 for a transaction. */
  readonly #invalid: number[] = [];
  readonly #fates: number[] = [];
  readonly #ranges = new Map<number, { from: number; to: number }>();
  readonly #byTarget = new Map<number, number[]>();

  get size(): number {
    return this.#offsets.length;
  }

  add({ partition, offset, target, fingerprint, content }: InputRecord): void {
    const row = this.size;
    const range = this.#ranges.get(partition);
    if (range === undefined) this.#ranges.set(partition, { from: row, to: row + 1 });
    else {
      assert(range.to === row && offset > this.#offsets[row - 1]!, 'input is added by partition, in order');
      range.to = row + 1;
    }
    const isTransaction = typeof content !== 'string';
    this.#partitions.push(partition);
    this.#offsets.push(offset);
    this.#targets.push(target);
    this.#fingerprints.push(fingerprint);
    this.#high.push(isTransaction ? content.identity.high : 0);
    this.#low.push(isTransaction ? content.identity.low : 0);
    this.#hashes.push(isTransaction ? content.hash : 0);
    this.#invalid.push(isTransaction ? -1 : INVALID.indexOf(content));
    this.#fates.push(0);
    if (!isTransaction) return;
    const rows = this.#byTarget.get(target);
    if (rows === undefined) this.#byTarget.set(target, [row]);
    else rows.push(row);
  }

  /** Numbers of the transactions that `partition` decides, wherever they lie. */
  targeting(partition: number): readonly number[] {
    return this.#byTarget.get(partition) ?? [];
  }

  record(row: number): InputRecord {
    const invalid = this.#invalid[row]!;
    return {
      partition: this.#partitions[row]!,
      offset: this.#offsets[row]!,
      target: this.#targets[row]!,
      fingerprint: this.#fingerprints[row]!,
      content:
        invalid === -1
          ? { identity: { high: this.#high[row]!, low: this.#low[row]! }, hash: this.#hashes[row]! }
          : INVALID[invalid]!,
    };
  }

  /** The number of the record at an offset; null when it was not read. */
  find(partition: number, offset: number): number | null {
    const range = this.#ranges.get(partition);
    let low = range?.from ?? 0;
    let high = range?.to ?? 0;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#offsets[middle]! < offset) low = middle + 1;
      else high = middle;
    }
    return range !== undefined && low < range.to && this.#offsets[low] === offset ? low : null;
  }

  mark(row: number, fate: number): void {
    this.#fates[row]! |= fate;
  }

  fates(row: number): number {
    return this.#fates[row]!;
  }
}
