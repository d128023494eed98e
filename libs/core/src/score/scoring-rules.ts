import type { ReducerParameters } from '../event.ts';

/** What the same input is decided by, whoever decides it: configuration, not state. */
export interface ScoringRules {
  readonly reducer: ReducerParameters;
  /** As in `reducer`. */
  readonly allowedLatenessMs: number;
  /** How far an event time may lie ahead of the wall clock. */
  readonly maxFutureSkewMs: number;
}
