import { setTimeout as sleep } from 'node:timers/promises';
import type { HttpSender } from './http-sender.ts';
import type { KafkaSender } from './kafka-sender.ts';
import { type Scraped, scrape } from './scrape.ts';
import type { Tally } from './tally.ts';
import type { TimedRecord } from './traffic.ts';

/** Counters of the service since the live stream began, and where its queues stand now. */
export interface ServiceCounts {
  readonly duplicates: number;
  readonly rejected: ReadonlyMap<string, number>;
  readonly lag: number;
  readonly outbox: number;
}

export interface LiveRunOptions {
  readonly traffic: Iterator<TimedRecord>;
  readonly kafka: KafkaSender;
  readonly http: HttpSender;
  readonly tally: Tally;
  readonly adminUrls: readonly string[];
  /** Called about every second. */
  readonly onSecond: (counts: ServiceCounts) => void;
  /** Ends the stream. */
  readonly end: AbortSignal;
  /** Somebody waits for us to stop: do not wait long for what is under way. */
  readonly hurry: AbortSignal;
}

const TICK_MS = 5;
const SECOND_MS = 1_000;
const DRAIN_MS = 15_000;
const SHORT_DRAIN_MS = 2_000;

/** Sends the traffic by the wall clock until the end, however slow the service is, then waits for what is under way.
 *  Resolves with the last counts. */
export async function runLive(options: LiveRunOptions): Promise<ServiceCounts> {
  const { adminUrls, onSecond } = options;
  const before = await scrape(adminUrls);
  const countsNow = async (): Promise<ServiceCounts> => countsSince(before, await scrape(adminUrls));
  let counts = countsSince(before, before);
  let looking: Promise<void> | undefined;
  const look = (): void => {
    looking ??= countsNow()
      .then((seen) => (counts = seen))
      // A busy process answers the next time.
      .catch(() => undefined)
      .then(() => onSecond(counts))
      .finally(() => (looking = undefined));
  };
  const timer = setInterval(look, SECOND_MS);
  try {
    await sendUntilEnd(options);
    await untilSettled(options);
  } finally {
    clearInterval(timer);
    await looking;
  }
  return countsNow().catch(() => counts);
}

/** An open loop: what is due is sent even if earlier ones are not answered, and waiting counts as latency. */
async function sendUntilEnd({ traffic, kafka, http, tally, end }: LiveRunOptions): Promise<void> {
  let next = traffic.next();
  while (!end.aborted && next.done !== true) {
    const { dueMs, door, record } = next.value;
    if (dueMs > Date.now()) {
      await sleep(TICK_MS);
      continue;
    }
    if (record.event !== null) tally.asked(record.event, dueMs, door);
    if (door === 'kafka') kafka.add(record);
    else http.add(record, (outcome) => tally.answered(outcome, dueMs, Date.now()));
    next = traffic.next();
  }
}

/** Until everything that was sent is acknowledged, answered and decided, as far as the time allows. */
async function untilSettled({ kafka, http, tally, hurry }: LiveRunOptions): Promise<void> {
  const from = performance.now();
  const inTime = (): boolean => performance.now() - from < (hurry.aborted ? SHORT_DRAIN_MS : DRAIN_MS);
  let flushed = false;
  void Promise.all([kafka.flush(), http.flush()]).then(() => (flushed = true));
  while ((!flushed || tally.undecided > 0) && inTime()) await sleep(TICK_MS);
}

function countsSince(before: Scraped, now: Scraped): ServiceCounts {
  const since = (name: string): number => now.sum(name) - before.sum(name);
  const rejectedBefore = before.by('holdfast_rejected_total', 'reason');
  const rejected = [...now.by('holdfast_rejected_total', 'reason')]
    .map(([reason, count]) => [reason, count - (rejectedBefore.get(reason) ?? 0)] as const)
    .filter(([, count]) => count > 0);
  return {
    duplicates: since('holdfast_duplicates_total'),
    rejected: new Map(rejected),
    lag: now.sum('holdfast_consumer_lag_records'),
    outbox: now.sum('holdfast_outbox_depth_events'),
  };
}
