import { disturb, type RawRecord, type SimulatedEvent } from '#libs/simulator';
import { SeededRandom } from '../seeded-random.ts';

/** A record and by which doors it comes. `misplaced`: on another partition of the topic than its account's. */
export interface Delivery {
  readonly doors: 'kafka' | 'http' | 'both';
  readonly misplaced: boolean;
  readonly record: RawRecord;
}

const HOUR_MS = 3_600_000;
/** The service's default. */
const ALLOWED_LATENESS_MS = 24 * HOUR_MS;

/** Shares of the transactions. Disorder stays within what is accepted, lateness does not. */
const DISTURBANCES = {
  duplicates: 0.12,
  disorder: 0.25,
  disorderMs: 20 * HOUR_MS,
  late: 0.02,
  lateByMs: 36 * HOUR_MS,
  conflicts: 0.015,
  malformed: 0.01,
  invalid: 0.015,
} as const;
const HTTP_SHARE = 0.4;
/** By both doors in the same moment. */
const BOTH_SHARE = 0.04;
const MISPLACED_SHARE = 0.01;

/** Transactions as careless producers send them, some over Kafka, some over HTTP, copies by either door, whichever the first one took. */
export function* deliveries(events: Iterable<SimulatedEvent>, seed: number): Generator<Delivery, void, undefined> {
  const random = new SeededRandom(seed);
  for (const record of disturb(events, { seed, ...DISTURBANCES })) {
    const draw = random.uniform();
    // Over HTTP nothing can come without a body or an account.
    const canAsk = record.value !== null && record.value.length > 0;
    const doors = !canAsk || draw >= HTTP_SHARE + BOTH_SHARE ? 'kafka' : draw < HTTP_SHARE ? 'http' : 'both';
    yield { doors, misplaced: random.chance(MISPLACED_SHARE), record };
  }
}

/** What was sent, counted. */
export class TrafficCounts {
  readonly #newestMs = new Map<string, number>();
  readonly #byKind: Record<RawRecord['kind'], number> = {
    ordinary: 0,
    duplicate: 0,
    disordered: 0,
    late: 0,
    conflict: 0,
    malformed: 0,
    invalid: 0,
  };
  readonly #byDoors = { kafka: 0, http: 0, both: 0 };
  #misplaced = 0;
  #outOfOrder = 0;
  #beyondLateness = 0;

  add({ doors, misplaced, record }: Delivery): void {
    this.#byKind[record.kind] += 1;
    this.#byDoors[doors] += 1;
    if (misplaced && doors !== 'http' && record.key !== null) this.#misplaced += 1;
    if (record.event === null || record.kind === 'duplicate' || record.kind === 'conflict') return;
    const { eventTimeMs, transaction } = record.event;
    const newestMs = this.#newestMs.get(transaction.account_id) ?? -Infinity;
    if (newestMs - eventTimeMs > ALLOWED_LATENESS_MS) this.#beyondLateness += 1;
    else if (newestMs > eventTimeMs) this.#outOfOrder += 1;
    this.#newestMs.set(transaction.account_id, Math.max(newestMs, eventTimeMs));
  }

  /** Different transactions; what was sent of them by each door; and how, in numbers and as shares of the transactions. */
  report() {
    const { ordinary, disordered, late, duplicate, conflict, malformed, invalid } = this.#byKind;
    const transactions = ordinary + disordered + late;
    const { kafka, http, both } = this.#byDoors;
    const duplicates = duplicate + both;
    const share = (count: number): number => Math.round((1_000 * count) / Math.max(1, transactions)) / 1_000;
    return {
      transactions,
      over_kafka: kafka + both,
      over_http: http + both,
      over_both_at_once: both,
      duplicates,
      duplicates_share: share(duplicates),
      /** Delivered after later events; of them, after a later one of their own account. */
      held_back: disordered,
      held_back_share: share(disordered),
      behind_own_account: this.#outOfOrder,
      beyond_lateness: this.#beyondLateness,
      identity_conflicts: conflict,
      malformed,
      invalid,
      wrong_partition: this.#misplaced,
    };
  }
}
