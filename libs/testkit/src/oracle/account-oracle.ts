import {
  columnsOf,
  foldAmount,
  emptyProfile,
  LONGEST_WINDOW_MS,
  type AccountEvent,
  type AccountState,
  type DecayedProfile,
  type DecidedEvent,
  type ReducerParameters,
} from '#libs/core';
import { vectorByDefinition } from './vector-by-definition.ts';

/**
 * What an account's state and vectors must be, from the whole history of its decided events in seq order. Nothing is incremental but the lists:
 * every value is computed anew from plain arrays, by its definition. It shares with the engine the features' names and the fold of the decayed
 * profile, which is its own definition, and reference data. Some 50 us an event at a hundred events.
 */
export class AccountOracle {
  /** Every event, in seq order. */
  readonly #history: DecidedEvent[] = [];
  /** Those in the log, by (time, seq). */
  #log: readonly DecidedEvent[] = [];
  /** Those that the cap cut off and a window can still reach. */
  #cutOff: readonly DecidedEvent[] = [];
  /** Those in overflow records, but for what was forgotten with all the rest. */
  #overflow: readonly DecidedEvent[] = [];
  #floorMs = -Infinity;

  /** The vector of `event` as the next one of this account. */
  vectorOf(event: AccountEvent): Float32Array {
    return vectorByDefinition({ history: this.#history, log: this.#log, profile: this.#profile() }, event);
  }

  /** Appends a decided event. */
  apply(event: DecidedEvent, { allowedLatenessMs, logCap }: ReducerParameters): void {
    this.#history.push(event);
    const admissibleFromMs = this.#watermarkMs() - allowedLatenessMs;
    const candidates = [...this.#log, event].sort((a, b) => a.eventTimeMs - b.eventTimeMs || a.seq - b.seq);
    const reachable = candidates.filter(({ eventTimeMs }) => eventTimeMs > admissibleFromMs - LONGEST_WINDOW_MS);
    this.#log = reachable.slice(Math.max(0, reachable.length - logCap));

    const kept = new Set(this.#log);
    const left = candidates.filter((row) => !kept.has(row));
    this.#cutOff = [...this.#cutOff, ...left].filter(
      ({ eventTimeMs }) => eventTimeMs > admissibleFromMs - LONGEST_WINDOW_MS,
    );
    this.#remember(left, admissibleFromMs);
  }

  /** Identities that left the log and must still be found in overflow records. */
  get overflow(): readonly DecidedEvent[] {
    return this.#overflow.filter(({ eventTimeMs }) => eventTimeMs > this.#floorMs);
  }

  get state(): AccountState {
    return {
      currency: this.#history[0]?.currency ?? '',
      watermarkMs: this.#watermarkMs(),
      floorMs: this.#floorMs,
      firstSeenMs: Math.min(...timesOf(this.#history)),
      truncatedMs: Math.max(...timesOf(this.#cutOff)),
      overflowMs: Math.max(...timesOf(this.#overflow)),
      amountProfile: this.#profile(),
      events: columnsOf({
        timesMs: Float64Array.from(timesOf(this.#log)),
        amountsMinor: Float64Array.from(this.#log, (row) => row.amountMinor),
        seqs: Float64Array.from(this.#log, (row) => row.seq),
        identityHigh: Uint32Array.from(this.#log, (row) => row.identity.high),
        identityLow: Uint32Array.from(this.#log, (row) => row.identity.low),
        contents: Uint32Array.from(this.#log, (row) => row.content),
        counterparties: Uint32Array.from(this.#log, (row) => row.counterparty),
        verdicts: Uint16Array.from(this.#log, (row) => this.#packed(row)),
      }),
    };
  }

  #remember(left: readonly DecidedEvent[], admissibleFromMs: number): void {
    const evicted = left.filter(({ eventTimeMs }) => eventTimeMs >= admissibleFromMs && eventTimeMs > this.#floorMs);
    const dropped = left.filter(({ eventTimeMs }) => eventTimeMs < admissibleFromMs);
    this.#overflow = [...this.#overflow, ...evicted];
    this.#floorMs = Math.max(this.#floorMs, ...timesOf(dropped), ...evicted.map(() => admissibleFromMs - 1));
    if (this.#overflow.every(({ eventTimeMs }) => eventTimeMs < admissibleFromMs)) {
      this.#floorMs = Math.max(this.#floorMs, ...timesOf(this.#overflow));
      this.#overflow = [];
    }
  }

  #watermarkMs(): number {
    return Math.max(...timesOf(this.#history));
  }

  #profile(): DecayedProfile {
    return this.#history
      .filter(({ currency }) => currency === this.#history[0]?.currency)
      .reduce((profile, event) => foldAmount(profile, event.amountMinor, event.eventTimeMs), emptyProfile());
  }

  #packed({ riskScore, outcome, currency }: DecidedEvent): number {
    return (riskScore ?? 2047) + (outcome === 'hold' ? 2048 : 0) + (currency === this.#history[0]?.currency ? 0 : 4096);
  }
}

function timesOf(events: readonly DecidedEvent[]): number[] {
  return events.map(({ eventTimeMs }) => eventTimeMs);
}
