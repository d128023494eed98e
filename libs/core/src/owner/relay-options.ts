/** Why a relay ended. `moved`: the store restarted or lost its data; `taken`: somebody else is opening or owns the partition. */
export type RelayEnd = 'stopped' | 'moved' | 'taken' | 'aged' | 'diverged';

/** Bounds of a relay; all are named and documented in the configuration. */
export interface RelayLimits {
  /** Wait after a wake-up, so that a cycle is fuller. */
  readonly lingerMs: number;
  /** Longest wait without a wake-up: how soon a lost partition is noticed. */
  readonly pollMs: number;
  readonly maxSendBytes: number;
  readonly maxEntries: number;
  readonly trimIntervalMs: number;
  /** Events kept in the outbox behind the published ones. */
  readonly keepEvents: number;
  /** Age of the own OPEN at which the partition is opened anew; up to a tenth sooner, so that not all partitions are at once. */
  readonly openAgeMs: number;
}

/** One event alone is larger than the log takes: nothing is published until a person raises the topic's limit. */
export const EVENT_TOO_LARGE = 'event_too_large';

/** Told of progress, for metrics and for committing offsets. */
export interface RelayHooks {
  published(seq: number, committedSeq: number): void;
  sent(events: number): void;
  /** By the code of the fault, `not_valid` or `EVENT_TOO_LARGE`. */
  retried(reason: string): void;
}
