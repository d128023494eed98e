import type { Command } from 'commander';
import { DAY_MS, type EventType } from '#libs/core';
import { formatWireTime } from '#libs/contracts';
import { disturb, type RawRecord, type SimulatedEvent, simulate } from '#libs/simulator';
import { instantMs, integer, positive, share } from './options.ts';

/** What a simulation is asked for; `start` is null for "so that it ends now". */
export interface SimulationOptions {
  readonly seed: number;
  readonly accounts: number;
  readonly days: number;
  readonly start?: number;
  readonly duplicates: number;
  readonly disorder: number;
  readonly late: number;
  readonly conflicts: number;
  readonly poison: number;
}

/** Adds the options of a simulation to a command. */
export function withSimulationOptions(command: Command, startText: string): Command {
  return command
    .option('--seed <number>', 'the same seed and options give the same records', integer(0), 1)
    .option('--accounts <number>', 'accounts at the beginning', integer(1, 5_000_000), 1_000)
    .option('--days <number>', 'length in days', positive, 30)
    .option('--start <date>', `first day (default: ${startText})`, instantMs)
    .option('--duplicates <share>', 'transactions that are delivered twice', share, 0)
    .option('--disorder <share>', 'transactions that are delivered up to a minute late', share, 0)
    .option('--late <share>', 'transactions that are delivered 36 h late', share, 0)
    .option('--conflicts <share>', 'transactions that come again with another amount', share, 0)
    .option('--poison <share>', 'records in addition that are no transactions, half of them no JSON', share, 0);
}

/** The records, in the order of delivery. `seen` is told of every event, in event-time order, with the truth about it. */
export function simulatedRecords(
  options: SimulationOptions,
  { startMs, seen }: { readonly startMs: number; readonly seen?: (event: SimulatedEvent) => void },
): Iterable<RawRecord> {
  const { seed, accounts, days, duplicates, disorder, late, conflicts, poison } = options;
  const events = tapped(simulate({ seed, accounts, days, startMs }), seen);
  return disturb(events, { seed, duplicates, disorder, late, conflicts, malformed: poison / 2, invalid: poison / 2 });
}

function* tapped(events: Iterable<SimulatedEvent>, seen?: (event: SimulatedEvent) => void): Generator<SimulatedEvent> {
  for (const event of events) {
    seen?.(event);
    yield event;
  }
}

/** The first day of a simulation of `days` that ends by `nowMs`, on a whole second. */
export function startBefore(nowMs: number, days: number): number {
  return Math.floor((nowMs - days * DAY_MS) / 1_000) * 1_000;
}

/** A label as a line of a file, in the names of `POST /v1/labels`. */
export function labelLine({ transaction, label }: SimulatedEvent, source: string): string {
  const eventType: EventType = transaction.event_type;
  return JSON.stringify({
    account_id: transaction.account_id,
    transaction_id: transaction.transaction_id,
    event_type: eventType,
    label: label.fraud ? 'fraud' : 'genuine',
    source,
    reported_at: formatWireTime(label.reportedAtMs),
    ...(label.scenario === undefined ? {} : { scenario: label.scenario }),
  });
}
