import { formatClaim, type Claim } from '../log/claim.ts';
import type { LogRecord } from '../ports/decision-log.ts';
import { StopSignal } from '../stop-signal.ts';
import type { SourceEvent, SourceReader } from './source-reader.ts';

/** The store's position of a source in one target, as far as is known here; `claim` null: nothing was applied. */
export interface TargetPosition {
  readonly text: string | null;
  readonly claim: Claim | null;
}

/**
 * What was read of one source from one start on: events that wait to be applied, and the positions up to which targets have them. When the source is
 * started anew, another takes its place: what is not applied yet comes again.
 */
export class SourceReading {
  readonly source: number;
  /** Stops when another has taken its place. */
  readonly ended = new StopSignal();
  readonly #reader: SourceReader;
  readonly #positions: TargetPosition[];
  #queue: SourceEvent[] = [];
  #taken: readonly SourceEvent[] = [];
  #settled: Claim | null = null;
  #unreadRecords: number | null = null;

  /** `positions` by target. */
  constructor(source: number, reader: SourceReader, positions: readonly TargetPosition[]) {
    this.source = source;
    this.#reader = reader;
    this.#positions = [...positions];
  }

  /** Where to read on. */
  get nextOffset(): number {
    return this.#reader.nextOffset;
  }

  /** Events that wait to be taken. */
  get waiting(): number {
    return this.#queue.length;
  }

  /** Takes in what was read. Throws as `SourceReader` does. */
  add(page: {
    readonly records: readonly LogRecord[];
    readonly nextOffset: number;
    readonly highWatermark: number;
  }): void {
    for (const record of page.records) {
      const event = this.#reader.accept(record);
      if (event !== null) this.#queue.push(event);
    }
    this.#reader.endPage(page.nextOffset, page.highWatermark);
    this.#unreadRecords = Math.max(0, page.highWatermark - page.nextOffset);
  }

  /** The next events, at most `count`, in order; to be settled before more are taken. */
  take(count: number): readonly SourceEvent[] {
    this.#taken = this.#queue.slice(0, count);
    this.#queue = this.#queue.slice(count);
    return this.#taken;
  }

  /** What was taken is applied. */
  settle(): void {
    this.#settled = this.#taken.at(-1)?.claim ?? this.#settled;
    this.#taken = [];
  }

  position(target: number): TargetPosition {
    return this.#positions[target] ?? { text: null, claim: null };
  }

  /** The store stands at `claim` in a target. */
  moved(target: number, claim: Claim): void {
    this.#positions[target] = { text: formatClaim(claim), claim };
  }

  /** Up to where everything is applied that targets have to learn; null where that is the start. */
  get settledClaim(): Claim | null {
    return this.#queue.length + this.#taken.length > 0 ? this.#settled : this.#reader.claim;
  }

  /** Records of the log that are not applied yet, null before anything was read; and since when the first of them is there, null when that is not known. */
  get pending(): { readonly events: number | null; readonly sinceMs: number | null } {
    const first = this.#taken[0] ?? this.#queue[0];
    const unread = this.#unreadRecords;
    const events = unread === null ? null : this.#taken.length + this.#queue.length + unread;
    return { events, sinceMs: first?.timestampMs ?? null };
  }
}
