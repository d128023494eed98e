import type { LogRecord } from '../ports/decision-log.ts';
import type { Claim } from './claim.ts';
import { markOf, openOf, type OpenRecord } from './log-record.ts';
import { judge, LOG_START, type LogPosition } from './log-rule.ts';

/** A record as the rule sees it. */
export type Followed =
  | { readonly kind: 'event'; readonly seq: number; readonly record: LogRecord }
  | { readonly kind: 'open'; readonly open: OpenRecord }
  | { readonly kind: 'ignored' };

/** The log says something that this reader cannot have come from: it lost records, or the reader started wrong. */
export class LogDiverged extends Error {
  override readonly name = 'LogDiverged';
}

/** Reads one partition by the rule. Give it every record from its start on, in order, once. */
export class LogFollower {
  #position: LogPosition;
  #offset: number;
  #claim: Claim | null;
  #lastOpen: OpenRecord | null;

  /** From the log's first record, or from a verified claim with the OPEN that it names. */
  constructor(start: { readonly claim: Claim; readonly open: OpenRecord } | null = null) {
    this.#position = start === null ? LOG_START : { epoch: start.claim.epoch, seq: start.claim.seq };
    this.#offset = start?.claim.offset ?? 0;
    this.#claim = start?.claim ?? null;
    this.#lastOpen = start?.open ?? null;
  }

  /** Epoch and seq of the last valid record. */
  get position(): LogPosition {
    return this.#position;
  }

  /** Where to read on. */
  get nextOffset(): number {
    return this.#offset;
  }

  /** The newest true claim about what was followed; null before the first valid record. */
  get claim(): Claim | null {
    return this.#claim;
  }

  /** The OPEN of the current epoch; null before the first. */
  get lastOpen(): OpenRecord | null {
    return this.#lastOpen;
  }

  /** Moves past offsets that hold no record. */
  skipTo(offset: number): void {
    this.#offset = Math.max(this.#offset, offset);
  }

  /** Throws `LogDiverged` for an event of an epoch that was never opened. */
  accept(record: LogRecord): Followed {
    if (record.offset < this.#offset) return { kind: 'ignored' };
    this.#offset = record.offset + 1;
    const mark = markOf(record);
    if (mark === null) return { kind: 'ignored' };
    const verdict = judge(this.#position, mark);
    if (verdict === 'ahead') {
      throw new LogDiverged(
        `Offset ${record.offset} holds an event of epoch ${mark.epoch}, but the last valid OPEN is of epoch ${this.#position.epoch}`,
      );
    }
    if (verdict === 'ignored') return { kind: 'ignored' };
    const open = openOf(record);
    this.#position = { epoch: mark.epoch, seq: mark.seq };
    const openOffset = open === null ? (this.#claim as Claim).openOffset : record.offset;
    this.#claim = { offset: record.offset + 1, epoch: mark.epoch, seq: mark.seq, openOffset };
    if (open === null) return { kind: 'event', seq: mark.seq, record };
    this.#lastOpen = open;
    return { kind: 'open', open };
  }
}
