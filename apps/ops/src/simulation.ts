import type { Command } from 'commander';
import { DAY_MS } from '#libs/core';
import {
  disturb,
  type Known,
  type RawRecord,
  type SimulatedEvent,
  simulate,
  type WireLabel,
  withLabels,
} from '#libs/simulator';
import { toLine } from './files/record-line.ts';
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

/** The records, in the order of delivery. `learn` is told of every event and of every label, in the order of their times. */
export function simulatedRecords(
  options: SimulationOptions,
  { startMs, learn = () => undefined }: { readonly startMs: number; readonly learn?: (known: Known) => void },
): Iterable<RawRecord> {
  const { seed, accounts, days, duplicates, disorder, late, conflicts, poison } = options;
  const events = tapped(withLabels(simulate({ seed, accounts, days, startMs }), { seed }), learn);
  return disturb(events, { seed, duplicates, disorder, late, conflicts, malformed: poison / 2, invalid: poison / 2 });
}

function* tapped(all: Iterable<Known>, learn: (known: Known) => void): Generator<SimulatedEvent> {
  for (const known of all) {
    learn(known);
    if (known.kind === 'transaction') yield known.event;
  }
}

/** The first day of a simulation of `days` that ends by `nowMs`, on a whole second. */
export function startBefore(nowMs: number, days: number): number {
  return Math.floor((nowMs - days * DAY_MS) / 1_000) * 1_000;
}

/** A label as a line of a file: as transactions have it, its own JSON, keyed by its account. */
export function labelLine(label: WireLabel): string {
  return toLine({ key: label.account_id, value: Buffer.from(JSON.stringify(label)) });
}
