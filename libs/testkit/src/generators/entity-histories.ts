import fc from 'fast-check';
import {
  DAY_MS,
  HOUR_MS,
  MINUTE_MS,
  SECOND_MS,
  type AmendmentKind,
  type EntityChange,
  type EntityKeys,
  type EntityParameters,
  type Hash64,
  type LabelValue,
} from '#libs/core';

type TransactionChange = Extract<EntityChange, { type: 'transaction' }>;

/** Partitions of the log that the accounts of a history are spread over. */
export const HISTORY_SOURCES = 3;

/** A change as it arrives, from the partition of the log that its account belongs to. */
export interface ArrivingChange {
  readonly source: number;
  readonly change: EntityChange;
}

/** What becomes known of some entities, in an order in which it can arrive: that of its sources, any way interleaved. */
export interface EntityHistory {
  readonly parameters: EntityParameters;
  readonly changes: readonly ArrivingChange[];
}

/** Spans that fall on the edges of windows, tiles, days and of what is kept. */
const SPANS_MS = [0, SECOND_MS, 5 * SECOND_MS, MINUTE_MS, 5 * MINUTE_MS, HOUR_MS, DAY_MS, 2 * DAY_MS, 7 * DAY_MS, 8 * DAY_MS, 10 * DAY_MS, 14 * DAY_MS, 21 * DAY_MS, 28 * DAY_MS, 30 * DAY_MS, 37 * DAY_MS, 45 * DAY_MS, 46 * DAY_MS, 90 * DAY_MS]; // prettier-ignore

const edges = fc
  .tuple(fc.constantFrom(...SPANS_MS), fc.constantFrom(-1, 0, 1))
  .map(([span, off]) => Math.max(0, span + off));

const steps = fc.oneof(
  { weight: 4, arbitrary: fc.constant(0) },
  { weight: 5, arbitrary: fc.integer({ min: 0, max: 20 * MINUTE_MS }) },
  { weight: 3, arbitrary: fc.integer({ min: 0, max: 9 * DAY_MS }) },
  { weight: 3, arbitrary: edges },
);

const delays = fc.oneof(
  { weight: 6, arbitrary: fc.constant(0) },
  { weight: 2, arbitrary: fc.integer({ min: 0, max: 26 * HOUR_MS }) },
  { weight: 2, arbitrary: edges },
);

const amounts = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 1, max: 20_000 }) },
  { weight: 1, arbitrary: fc.constantFrom(0, 1) },
  { weight: 1, arbitrary: fc.constantFrom(2 ** 32 - 1, 2 ** 32, 10 ** 12) },
);

const hash = (high: number, low: number): Hash64 => ({ high, low });
const ACCOUNTS = [hash(1, 1), hash(2, 1), hash(2, 2), hash(2 ** 32 - 1, 2 ** 32 - 1)];
const IDS: Readonly<Record<keyof EntityKeys, readonly (Hash64 | null)[]>> = {
  card: [null, hash(10, 1), hash(10, 2), hash(1, 1)],
  terminal: [hash(20, 1), hash(20, 1), hash(20, 2), null],
  device: [hash(30, 1), hash(30, 1), hash(30, 2), null],
  ip: [hash(40, 1), hash(40, 1), hash(40, 2), null],
  beneficiary: [ACCOUNTS[0] as Hash64, ACCOUNTS[1] as Hash64, hash(50, 1), null],
};
const entityKeys: fc.Arbitrary<EntityKeys> = fc.array(fc.nat(3), { minLength: 5, maxLength: 5 }).map((picks) => {
  const [card, terminal, device, ip, beneficiary] = picks as [number, number, number, number, number];
  return {
    card: IDS.card[card] as Hash64 | null,
    terminal: IDS.terminal[terminal] as Hash64 | null,
    device: IDS.device[device] as Hash64 | null,
    ip: IDS.ip[ip] as Hash64 | null,
    beneficiary: IDS.beneficiary[beneficiary] as Hash64 | null,
  };
});

/** What happens next: a transaction of an account, or something that becomes known of one of its earlier ones, `back` places ago. */
const moves = fc.record({
  account: fc.nat(ACCOUNTS.length - 1),
  stepMs: steps,
  delayMs: delays,
  amountMinor: amounts,
  currency: fc.oneof(
    { weight: 6, arbitrary: fc.constant('EUR') },
    { weight: 1, arbitrary: fc.constantFrom('JPY', 'USD') },
  ),
  entities: entityKeys,
  amends: fc.oneof(
    { weight: 3, arbitrary: fc.constant(null) },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constantFrom<AmendmentKind>('fraud', 'fraud', 'genuine', 'reversal', 'refund', 'declined'),
        back: fc.nat({ max: 5 }),
        isAnywhere: fc.boolean(),
      }),
    },
  ),
});
type Move = typeof moves extends fc.Arbitrary<infer T> ? T : never;

/** Caps so small that most logs overflow, and those that are used. */
const parameters: fc.Arbitrary<EntityParameters> = fc.record({
  logCap: fc.constantFrom(1, 2, 3, 8, 512),
  idCap: fc.constantFrom(1, 2, 256),
});

/** A question to entities after some changes: at a time after that of the change `back` places ago, about its entities or any others. */
export interface AskedLater {
  readonly back: number;
  readonly afterMs: number;
  readonly entities: EntityKeys | null;
}

/** Questions whose windows begin and end at earlier transactions, to the millisecond, as often as not. */
export const entityQuestions: fc.Arbitrary<AskedLater> = fc.record({
  back: fc.nat({ max: 8 }),
  afterMs: fc.oneof(edges, steps, delays.map((delayMs) => -delayMs)), // prettier-ignore
  entities: fc.option(entityKeys, { freq: 1 }),
});

/**
 * What several accounts on `HISTORY_SOURCES` partitions do to a few entities of every kind: ties, disorder, late and very late transactions, labels that are
 * early, late, corrected and of what nothing knows any more, money taken back, several currencies, nothing and absurd amounts.
 */
export function entityHistories(options: { minChanges: number; maxChanges: number }): fc.Arbitrary<EntityHistory> {
  const { minChanges, maxChanges } = options;
  const firstMs = fc.integer({ min: Date.UTC(2018, 0), max: Date.UTC(2030, 0) });
  const list = fc.array(moves, { minLength: minChanges, maxLength: maxChanges, size: 'max' });
  return fc.tuple(firstMs, list, parameters).map(([startMs, made, caps]) => {
    const ledgers = ACCOUNTS.map((account, index) => new Ledger(account, index));
    let clockMs = startMs;
    const changes = made.map((move, index) => {
      clockMs += move.stepMs;
      const ledger = ledgers[move.account] as Ledger;
      return { source: move.account % HISTORY_SOURCES, change: ledger.changeOf(move, index, clockMs) };
    });
    return { parameters: caps, changes };
  });
}

/** The same changes in another order that their sources can arrive in: from which source the next one is taken, as often as there are. */
export function interleaved({ changes }: EntityHistory, choices: readonly number[]): ArrivingChange[] {
  const queues = Map.groupBy(changes, ({ source }) => source);
  return changes.map((_, i) => {
    const chosen = queues.get(choices[i % choices.length] ?? 0);
    const queue = chosen?.length ? chosen : [...queues.values()].find(({ length }) => length > 0);
    return queue?.shift() as ArrivingChange;
  });
}

/** One account's transactions and what is known of each, as the account itself would keep it. */
class Ledger {
  readonly #account: Hash64;
  readonly #index: number;
  readonly #entries: { transaction: TransactionChange; left: number; label: LabelValue | null }[] = [];

  constructor(account: Hash64, index: number) {
    this.#account = account;
    this.#index = index;
  }

  changeOf(move: Move, index: number, nowMs: number): EntityChange {
    const { amends, amountMinor, currency, entities, delayMs } = move;
    const account = this.#account;
    // Lows ascend and descend, so that ties are ordered in both ways; equal highs.
    const identity = hash(7 + this.#index, (index % 2 === 0 ? index : 2 ** 32 - 1 - index) >>> 0);
    const back = amends === null ? 0 : amends.isAnywhere ? amends.back * 7 : amends.back;
    const entry = amends === null ? undefined : this.#entries.at(-1 - back);
    if (amends === null || entry === undefined) {
      const eventTimeMs = nowMs - delayMs;
      const made: TransactionChange = { type: 'transaction', identity, eventTimeMs, amountMinor, currency, account, entities }; // prettier-ignore
      this.#entries.push({ transaction: made, left: amountMinor, label: null });
      return made;
    }
    const { transaction, left, label } = entry;
    const { kind } = amends;
    const isLabel = kind === 'fraud' || kind === 'genuine';
    const removedMinor = isLabel ? 0 : kind === 'declined' ? left : Math.min(left, amountMinor);
    if (isLabel) entry.label = kind;
    entry.left = left - removedMinor;
    return {
      type: 'amendment',
      identity,
      target: transaction.identity,
      kind,
      timeMs: nowMs,
      account,
      effect: {
        eventTimeMs: transaction.eventTimeMs,
        amountMinor: left,
        currency: transaction.currency,
        removedMinor,
        entities: transaction.entities,
        labelBefore: label,
        labelAfter: entry.label,
      },
    };
  }
}
