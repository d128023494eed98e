import { METRICS } from '../metrics/metric-list.ts';
import type { Setting } from './setting.ts';
import { SETTINGS } from './settings.ts';

/** A bound, what happens when it is reached, and the metric that shows it. */
interface Limit {
  readonly what: string;
  readonly bound: string;
  readonly reached: string;
  readonly metric: string;
}

const { state, input, relay, entities, http, kafka, redis, models, shutdownTimeoutMs } = SETTINGS;
const none = '–';

const set = ({ variable, defaultText, range }: Setting<number>, what: string, reached: string, metric: { readonly name: string } | null = null): Limit => ({ what: `${what} (\`${variable}\`)`, bound: `${defaultText} (${range})`, reached, metric: metric === null ? none : `\`${metric.name}\`` }); // prettier-ignore

const fixed = (what: string, bound: string, reached: string, metric: { readonly name: string } | null = null): Limit => ({ what, bound, reached, metric: metric === null ? none : `\`${metric.name}\`` }); // prettier-ignore

/** Settings that bound nothing which load or a fault could reach. */
export const NO_LIMITS: readonly Setting<number>[] = [
  http.port,
  SETTINGS.admin.apiPort,
  SETTINGS.admin.workerPort,
  kafka.partitions,
  kafka.replicationFactor,
  relay.lingerMs,
  entities.gapMs,
  models.pollMs,
  http.deadlineMarginMs,
  SETTINGS.tracing.ratio,
];

/** Every limit of every process, in the order of a transaction's way. */
export const LIMITS: readonly Limit[] = [
  fixed('Transaction, by either door', '16 KiB, depth 8, 8 network scores', 'refused as `oversized` or malformed: HTTP 413 or 400, Kafka a dead letter', METRICS.rejected), // prettier-ignore
  fixed('Record of an input topic (`max.message.bytes`)', '256 KiB, checked at start', 'the broker refuses it to its producer; a process refuses to start on a lower one'), // prettier-ignore
  fixed('Input fetched and not yet decided, a partition', '256 KiB and what one fetch brings more', 'fetching waits', METRICS.consumerLag), // prettier-ignore
  set(input.invalidPercent, 'Unreadable records of an input partition, percent, and at least 100', 'the partition is held back, undecided: docs/operations.md', METRICS.inputsHeldBack), // prettier-ignore
  set(input.invalidWindowRecords, 'Records that this is a share of', 'the oldest is forgotten'),
  set(input.fetchSilenceMs, 'Silence of the input, ms', 'the worker ends with code 75', METRICS.inputFetchAgeSeconds), // prettier-ignore
  set(kafka.sessionTimeoutMs, "A worker's silence towards its group, ms", 'its partitions go to others', METRICS.partitionsOwned), // prettier-ignore
  fixed('Records sent on to their own partition', 'once; 255 KiB', 'rejected as `wrong_partition`', METRICS.forwarded),
  set(http.maxWaitingRequests, 'HTTP requests that wait, a process', '503 with Retry-After at once', METRICS.httpWaiting), // prettier-ignore
  set(http.defaultDeadlineMs, 'Deadline of a request, ms', '503 with Retry-After', METRICS.httpRequestSeconds),
  set(http.maxDeadlineMs, 'Deadline that a request may ask for, ms', 'cut to it'),
  set(state.batchMaxTransactions, 'Transactions of one commit', 'the next commit takes the rest', METRICS.batchTransactions), // prettier-ignore
  fixed('Keys and values of the records of one commit, Kafka', '512 KiB, or one record', 'the next commit takes the rest', METRICS.batchTransactions), // prettier-ignore
  set(state.allowedLatenessMs, 'Lateness of an event behind its account, ms', 'refused as `too_late`', METRICS.rejected), // prettier-ignore
  set(state.maxFutureSkewMs, 'Event time ahead of our clock, ms', 'refused as `from_the_future`', METRICS.rejected),
  set(state.logCapEvents, "Events in an account's record", 'the oldest keep their identity only, in overflow records'),
  set(state.outboxLimitEvents, 'Events of a partition in Redis that are not published', 'nothing more is committed: the worker waits, HTTP 503', METRICS.outboxDepth), // prettier-ignore
  fixed('Published events kept in the outbox, a partition', '2,000', 'older entries are trimmed'),
  set(state.detailTtlMs, 'Age of a decision in full, ms', 'a duplicate is answered with outcome and score'),
  set(
    redis.connectTimeoutMs,
    'Connecting to Redis, ms',
    'tried again, further and further apart, up to 0.5 s',
    METRICS.dependencyUp,
  ),
  set(redis.commandTimeoutMs, 'One command of a decision, ms', 'outcome unknown: read again, decide again', METRICS.commits), // prettier-ignore
  set(kafka.requestTimeoutMs, 'One request to a broker, ms', 'tried again by who needs it', METRICS.dependencyUp),
  fixed('One send to `decisions.v1`', '1 MiB as records, 64 outbox entries, one in flight a partition', 'cut; the rest follows', METRICS.relaySends), // prettier-ignore
  fixed('Record of an output topic (`max.message.bytes`)', '2 MiB, checked at start; our largest is below 1.5 MiB', 'too large together: one by one; one too large alone: the partition is halted, tried every 15 s', METRICS.partitionsHalted), // prettier-ignore
  fixed('Original bytes in a rejection', '512 KiB', 'replaced by their hash and origin'),
  set(relay.openAgeMs, 'Age of an OPEN, ms', 'the partition is opened anew', METRICS.reopens),
  set(entities.batchEvents, 'Events that one cycle of the entity updater takes, and that are read ahead of a partition', 'the next cycle takes the rest; reading waits', METRICS.entityLagEvents), // prettier-ignore
  fixed('Records that one step of the entity updater writes', '128, or those of one event', 'the next step writes the rest', METRICS.entityRecords), // prettier-ignore
  fixed('Entities of one partition that one reading of the log makes anew', '256', 'the rest is found again at its next event', METRICS.entityCorrupt), // prettier-ignore
  set(models.maxSwaps, 'Champions that one process takes after its first', 'the next is not taken until the process is restarted', METRICS.championCurrent), // prettier-ignore
  set(shutdownTimeoutMs, 'Closing one resource at a stop, ms', 'left open; the stop goes on, exit code 1'),
];

/** How each loop that tries again is bounded: none spins, none gives up what it must not lose. */
const RETRIES: readonly (readonly [what: string, pause: string, ends: string])[] = [
  ['Commit of input records: closed, full, Redis away', '40 ms doubling to 1 s, jittered', 'never; with the assignment or the process'],
  ['Commit of input records: conflict', '1 to 6 ms, jittered; halved after 3', 'never: the other side has made progress'],
  ['Decision over HTTP', '2 ms, 8 ms when not a conflict; by account after 3 conflicts', 'at the deadline'],
  ['Forward of a record', '200 ms, jittered', 'with the assignment or the process'],
  ['Relay: read, send, trim', '100 ms, jittered', 'when the partition is no longer its own'],
  ['Relay: an event that is too large alone', '15 s, jittered', 'when the limit of the topic was raised'],
  ['Opening a partition: store or log away', '300 ms, jittered', 'with the assignment'],
  ['Opening a partition: halted, newer protocol', '15 s, jittered', 'when a person has acted'],
  ['Opening a partition: taken by another', '300 ms, jittered, and a heartbeat since', 'with the assignment'],
  ['Entity update: refused by the store', '2 ms and 2 more each time up to 1 s, jittered; halved after 3', 'never: the other side has made progress'],
  ['Entity update: Redis away', '40 ms doubling to 1 s, jittered', 'with the process'],
  ['Entities of a partition: read anew, log away', '100 ms, jittered', 'with the assignment'],
  ['Entities of a partition: halted', '15 s, jittered', 'when a person has acted'],
  ['Entities made anew: claims went on', '2 ms, jittered', 'after 100 times; again when one is found damaged again'],
  ['Entities made anew: store or log away', '200 ms doubling to 15 s, jittered', 'after 8 times; again when one is found damaged again'],
  ['Fetch of the input', '200 ms, jittered', 'with the assignment; the watchdog'],
  ['Joining the group', '200 ms doubling to 5 s, jittered', 'with the process'],
  ['Start: Redis or Kafka away', '1 s', 'with the process'],
]; // prettier-ignore

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows]
    .map((cells) => `| ${cells.map((cell) => cell.replaceAll('|', String.raw`\|`)).join(' | ')} |`)
    .join('\n');

/** Limits and retries as two Markdown tables. */
export function describeLimits(): string {
  const limits = LIMITS.map(({ what, bound, reached, metric }) => [what, bound, reached, metric]);
  return [
    table(['Limit', 'Default (allowed)', 'When it is reached', 'Metric'], limits),
    table(['Tries again', 'Pause', 'Ends'], RETRIES),
  ].join('\n\n');
}
