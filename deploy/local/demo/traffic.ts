import { disturb, liveStream, type RawRecord, type SimulatedEvent } from '#libs/simulator';
import type { DemoWorld } from './world-file.ts';

/** A record with the moment at which it is to be sent, and by which door. */
export interface TimedRecord {
  readonly dueMs: number;
  readonly door: 'kafka' | 'http';
  readonly record: RawRecord;
}

/** What careless producers do to this share of the payments. */
const DISTURBANCES = {
  duplicates: 0.015,
  disorder: 0.01,
  disorderMs: 3_000,
  conflicts: 0.001,
  malformed: 0.002,
  invalid: 0.002,
} as const;
const EVERY_NTH_BY_HTTP = 5;
const EVERY_NTH_FROM_OFFLINE = 150;
const MINUTE_MS = 60_000;

/** The payments of a world before `nowMs`, in order of event time. */
export function demoHistory(world: DemoWorld, nowMs: number): Iterable<SimulatedEvent> {
  return liveStream({ ...world, nowMs, historyDays: world.days, ratePerSecond: 1 }).history;
}

/** Everything that is to be sent from `startMs` on, without an end, in order of `dueMs`. */
export function* demoTraffic(
  world: DemoWorld,
  { startMs, ratePerSecond }: { readonly startMs: number; readonly ratePerSecond: number },
): Generator<TimedRecord, void, undefined> {
  const live = liveStream({ ...world, nowMs: startMs, historyDays: 0, ratePerSecond });
  let dueMs = startMs;
  const events = function* (): Generator<SimulatedEvent, void, undefined> {
    for (const event of withOfflineTerminals(live.until(Infinity))) {
      // What was held back is delivered just before the event that it waited for.
      dueMs = event.eventTimeMs;
      yield event;
    }
  };
  let sent = 0;
  for (const record of disturb(events(), { seed: world.seed, ...DISTURBANCES })) {
    sent += 1;
    const door = record.value !== null && sent % EVERY_NTH_BY_HTTP === 0 ? 'http' : 'kafka';
    yield { dueMs, door, record };
  }
}

/** Now and then an account's earlier payment comes after a later one: a terminal was offline and has its connection back. */
function* withOfflineTerminals(events: Iterable<SimulatedEvent>): Generator<SimulatedEvent, void, undefined> {
  let count = 0;
  for (const event of events) {
    yield event;
    count += 1;
    if (count % EVERY_NTH_FROM_OFFLINE !== 0) continue;
    const { transaction, eventTimeMs } = event;
    const occurredMs = eventTimeMs - ((count / EVERY_NTH_FROM_OFFLINE) % 60) * MINUTE_MS - MINUTE_MS;
    yield {
      ...event,
      transaction: {
        ...transaction,
        transaction_id: `${transaction.transaction_id}-offline`,
        occurred_at: new Date(occurredMs).toISOString(),
        amount_minor: Math.ceil(transaction.amount_minor / 2),
      },
    };
  }
}
