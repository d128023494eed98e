import { setTimeout as sleep } from 'node:timers/promises';
import { partitionOf } from '#libs/core';
import type { HttpAsker } from './http-asker.ts';
import type { KafkaFeed } from './kafka-feed.ts';
import type { Delivery, TrafficCounts } from './traffic.ts';

const TICK_MS = 10;
/** Behind its pace by more than this a sender goes on from now instead of making up. */
const LARGEST_ARREARS_MS = 1_000;
const MOST_WAITING_RECORDS = 20_000;
const MOST_WAITING_QUESTIONS = 4_000;

/** Where deliveries go. */
export interface Doors {
  readonly feed: KafkaFeed;
  readonly asker: HttpAsker;
  readonly partitions: number;
  /** Told of each transaction that comes over Kafka alone, for the first time, at its place: its decision shows that the door is open. */
  readonly onFirst: (accountId: string, transactionId: string) => void;
}

/** Sends deliveries by their doors at a steady pace until the time is up. A door that is far behind holds up both. */
export async function sendTraffic(
  deliveries: Iterable<Delivery>,
  doors: Doors,
  options: {
    readonly ratePerSecond: number;
    readonly seconds: number;
    readonly counts: TrafficCounts;
    readonly signal: AbortSignal;
  },
): Promise<void> {
  const { ratePerSecond, seconds, counts, signal } = options;
  const endAt = performance.now() + 1_000 * seconds;
  const gapMs = 1_000 / ratePerSecond;
  let dueAt = performance.now();
  for (const delivery of deliveries) {
    while (!signal.aborted && (performance.now() < dueAt || isFull(doors))) await sleep(TICK_MS);
    const now = performance.now();
    if (signal.aborted || now >= endAt) return;
    dueAt = Math.max(dueAt, now - LARGEST_ARREARS_MS) + gapMs;
    send(delivery, doors);
    counts.add(delivery);
  }
  throw new Error('There are not enough transactions for a run of this length at this rate');
}

function isFull({ feed, asker }: Doors): boolean {
  return feed.waiting >= MOST_WAITING_RECORDS || asker.waiting >= MOST_WAITING_QUESTIONS;
}

function send({ doors, misplaced, record }: Delivery, { feed, asker, partitions, onFirst }: Doors): void {
  const { key, value, kind, event } = record;
  if (doors !== 'http') {
    // A record without an account goes to any partition: here one that its size says.
    const home = key === null ? (value?.length ?? 0) % partitions : partitionOf(key, partitions);
    const partition = misplaced ? (home + 1) % partitions : home;
    feed.add({ partition, key: key === null ? null : Buffer.from(key), value, headers: {} });
  }
  if (doors !== 'kafka' && value !== null) {
    const partition = event === null ? null : partitionOf(event.transaction.account_id, partitions);
    asker.add({ body: value, partition });
  }
  const isFirst = doors === 'kafka' && !misplaced && (kind === 'ordinary' || kind === 'disordered');
  if (isFirst && event !== null) onFirst(event.transaction.account_id, event.transaction.transaction_id);
}
