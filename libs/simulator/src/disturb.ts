import { INVALID, MALFORMED, type Poison } from './poison.ts';
import { Streams } from './random.ts';
import { TimeQueue } from './time-queue.ts';
import type { SimulatedEvent } from './wire-transaction.ts';
import { HOUR_MS, MINUTE_MS } from './time.ts';

/** Why a record is there: as it should be, or what was done to it. */
export type RecordKind = 'ordinary' | 'duplicate' | 'disordered' | 'late' | 'conflict' | 'malformed' | 'invalid';

/** A record as a producer would send it. */
export interface RawRecord {
  /** The account id; null when there is none. */
  readonly key: string | null;
  readonly value: Uint8Array | null;
  readonly kind: RecordKind;
  /** The event that is delivered, again or changed; null for what is not to be understood. */
  readonly event: SimulatedEvent | null;
}

/** Shares of all events that are treated so, 0 to 1; each defaults to 0. An event is never left out: copies and poison come in addition. */
export interface DisturbOptions {
  readonly seed: number;
  /** Delivered a second time, with the same bytes or with the fields in another order. */
  readonly duplicates?: number;
  /** Delivered after events that happened up to `disorderMs` later. */
  readonly disorder?: number;
  readonly disorderMs?: number;
  /** Delivered after `lateByMs` of event time: beyond the allowed lateness if the account has paid meanwhile. */
  readonly late?: number;
  readonly lateByMs?: number;
  /** The same identity a second time with another amount. */
  readonly conflicts?: number;
  /** Additional records that are no JSON objects. */
  readonly malformed?: number;
  /** Additional records that break a rule of the contract. */
  readonly invalid?: number;
}

const DEFAULT_DISORDER_MS = MINUTE_MS;
const DEFAULT_LATE_BY_MS = 36 * HOUR_MS;
const encoder = new TextEncoder();
const encode = (content: object): Uint8Array => encoder.encode(JSON.stringify(content));

const deliver = (event: SimulatedEvent, kind: RecordKind): RawRecord => ({
  key: event.transaction.account_id,
  value: encode(event.transaction),
  kind,
  event,
});

const reordered = (event: SimulatedEvent): RawRecord => ({
  ...deliver(event, 'duplicate'),
  value: encode(Object.fromEntries(Object.entries(event.transaction).reverse())),
});

const contradicting = (event: SimulatedEvent): RawRecord => {
  const transaction = { ...event.transaction, amount_minor: event.transaction.amount_minor + 1 };
  return { ...deliver({ ...event, transaction }, 'conflict'), event };
};

/**
 * Delivers events as a network of careless producers would. Pure: the same events and options give the same records. Event time drives it,
 * so it works on a history and on a live stream. Holds back only what is disordered, late or to be repeated.
 */
export function* disturb(
  events: Iterable<SimulatedEvent>,
  options: DisturbOptions,
): Generator<RawRecord, void, undefined> {
  const { duplicates = 0, disorder = 0, late = 0, conflicts = 0, malformed = 0, invalid = 0 } = options;
  const { disorderMs = DEFAULT_DISORDER_MS, lateByMs = DEFAULT_LATE_BY_MS } = options;
  const random = new Streams(options.seed, 'disturb').at(0);
  const heldBack = new TimeQueue<RawRecord>();
  const poisoned = (pool: readonly Poison[], kind: RecordKind, { transaction }: SimulatedEvent): RawRecord => {
    const value = random.pick(pool).make(transaction, random);
    return { key: random.chance(0.8) ? transaction.account_id : null, value, kind, event: null };
  };
  for (const event of events) {
    const atMs = event.eventTimeMs;
    yield* takeDue(heldBack, atMs);
    let deliveredMs = atMs;
    const fate = random.uniform();
    if (fate < late) {
      deliveredMs += lateByMs;
      heldBack.push(deliveredMs, deliver(event, 'late'));
    } else if (fate < late + disorder) {
      deliveredMs += random.below(disorderMs) + 1;
      heldBack.push(deliveredMs, deliver(event, 'disordered'));
    } else {
      yield deliver(event, 'ordinary');
    }
    // Only what was delivered can come again.
    const again = (): number => deliveredMs + random.below(disorderMs) + 1;
    if (random.chance(duplicates))
      heldBack.push(again(), random.chance(0.5) ? deliver(event, 'duplicate') : reordered(event));
    if (random.chance(conflicts)) heldBack.push(again(), contradicting(event));
    if (random.chance(malformed)) yield poisoned(MALFORMED, 'malformed', event);
    if (random.chance(invalid)) yield poisoned(INVALID, 'invalid', event);
  }
  yield* takeDue(heldBack, Infinity);
}

function* takeDue(queue: TimeQueue<RawRecord>, timeMs: number): Generator<RawRecord, void, undefined> {
  for (let record = queue.takeDue(timeMs); record !== undefined; record = queue.takeDue(timeMs)) yield record;
}
