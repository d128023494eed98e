import fc from 'fast-check';
import {
  DAY_MS,
  HOUR_MS,
  MINUTE_MS,
  REDUCER_VERSION,
  type AccountEvent,
  type Amendment,
  type AmendmentKind,
  type Hash64,
  type Outcome,
  type ReducerParameters,
} from '#libs/core';
import { surroundings } from './surroundings.ts';

/** A transaction of the account, as a door would see it, and what the policy would decide. */
export interface TransactionDelivery {
  readonly type: 'transaction';
  readonly event: AccountEvent;
  readonly outcome: Outcome;
  readonly riskScore: number | null;
  /** History, which comes late by its nature and gets no decision. */
  readonly isObserved: boolean;
}

/** Something said of a transaction, delivered before or after it. */
export interface AmendmentDelivery {
  readonly type: 'amendment';
  readonly amendment: Amendment;
}

export type Delivery = TransactionDelivery | AmendmentDelivery;

/** Deliveries to one account in the order of their arrival, cut into batches of commits. */
export interface AccountStream {
  readonly parameters: ReducerParameters;
  readonly batches: readonly (readonly Delivery[])[];
}

/** Spans that fall on the edges of windows, of lateness and of retention, and those just beside them. */
const SPANS_MS = [0, 1000, MINUTE_MS, 5 * MINUTE_MS, HOUR_MS, DAY_MS, 7 * DAY_MS, 14 * DAY_MS, 30 * DAY_MS, 60 * DAY_MS, 61 * DAY_MS]; // prettier-ignore

const edges = fc.tuple(fc.constantFrom(...SPANS_MS), fc.constantFrom(-1, 0, 1)).map(([span, off]) => Math.max(0, span + off)); // prettier-ignore

const steps = fc.oneof(
  { weight: 3, arbitrary: fc.constant(0) },
  { weight: 4, arbitrary: fc.integer({ min: 0, max: 10 * MINUTE_MS }) },
  { weight: 4, arbitrary: fc.integer({ min: 0, max: DAY_MS }) },
  { weight: 2, arbitrary: edges },
);

const delays = fc.oneof(
  { weight: 8, arbitrary: fc.constant(0) },
  { weight: 2, arbitrary: fc.integer({ min: 0, max: 2 * DAY_MS }) },
  { weight: 2, arbitrary: steps },
);

const amounts = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 1, max: 20_000 }) },
  { weight: 4, arbitrary: fc.constantFrom(0, 1, 499, 500, 501, 1250, 1250, 1250, 4999) },
  { weight: 1, arbitrary: fc.constantFrom(2 ** 32 - 1, 2 ** 32, 10 ** 12) },
);

const currencies = fc.oneof(
  { weight: 8, arbitrary: fc.constant('EUR') },
  { weight: 1, arbitrary: fc.constantFrom('JPY', 'KWD', 'USD') },
);

/** Frauds twice as often as the others. */
const AMENDMENT_KINDS: readonly AmendmentKind[] = [
  'fraud',
  'fraud',
  'genuine',
  'reversal',
  'refund',
  'declined',
  'approved',
  'challenged',
];

const uint32 = fc.integer({ min: 0, max: 2 ** 32 - 1 });

/** One step of a stream before it is given its place in time. */
const moves = fc.record({
  stepMs: steps,
  delayMs: delays,
  amountMinor: amounts,
  currency: currencies,
  around: surroundings,
  content: uint32,
  outcome: fc.constantFrom<Outcome>('approve', 'hold'),
  riskScore: fc.option(fc.integer({ min: 0, max: 1000 })),
  isObserved: fc.oneof({ weight: 9, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
  /** What is said instead of a new transaction, of the one `back` places before; negative: of one that is yet to come, or never does. */
  said: fc.oneof(
    { weight: 7, arbitrary: fc.constant(null) },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constantFrom<AmendmentKind>(...AMENDMENT_KINDS),
        back: fc.oneof(
          { weight: 3, arbitrary: fc.integer({ min: 1, max: 4 }) },
          { weight: 1, arbitrary: fc.integer({ min: -3, max: 12 }) },
        ),
        /** More than one is a storm of the same kind, each of the transaction one place further back. */
        times: fc.oneof({ weight: 60, arbitrary: fc.constant(1) }, { weight: 1, arbitrary: fc.constantFrom(2, 40) }),
      }),
    },
  ),
  /** Delivers something earlier again, `again` places back; 'changed' with other content. */
  repeat: fc.oneof(
    { weight: 9, arbitrary: fc.constant(null) },
    { weight: 1, arbitrary: fc.record({ back: fc.nat({ max: 40 }), content: fc.constantFrom('same', 'changed') }) },
  ),
  endsBatch: fc.boolean(),
});

/** Parameters with caps so small that most logs overflow, and lateness from none to two months. */
export const reducerParameters: fc.Arbitrary<ReducerParameters> = fc.record({
  version: fc.constant(REDUCER_VERSION),
  allowedLatenessMs: fc.constantFrom(0, 1, HOUR_MS, DAY_MS, 7 * DAY_MS, 60 * DAY_MS),
  logCap: fc.constantFrom(1, 2, 5, 20, 20, 512, 512),
});

/**
 * Streams of one account with ties, disorder, late and far too late events, duplicates, conflicts of content, several currencies, labels, reversals
 * and refunds, early and late, and, with small caps, overflow. Event times keep to the edges of windows as often as not.
 */
export function accountStreams(options: {
  maxDeliveries: number;
  minDeliveries?: number;
}): fc.Arbitrary<AccountStream> {
  const { maxDeliveries, minDeliveries = 1 } = options;
  const firstMs = fc.integer({ min: Date.UTC(2018, 0), max: Date.UTC(2030, 0) });
  const list = fc.array(moves, { minLength: minDeliveries, maxLength: maxDeliveries, size: 'max' });
  return fc.tuple(firstMs, list, reducerParameters).map(([startMs, made, parameters]) => {
    const batches: Delivery[][] = [[]];
    const earlier: Delivery[] = [];
    let clockMs = startMs;
    for (const [index, move] of made.entries()) {
      clockMs += move.stepMs;
      const deliveries = deliveriesOf(move, { index, timeMs: clockMs - move.delayMs, earlier });
      earlier.push(...deliveries);
      batches.at(-1)?.push(...deliveries);
      if (move.endsBatch) batches.push([]);
    }
    return { parameters, batches: batches.filter((batch) => batch.length > 0) };
  });
}

type Move = typeof moves extends fc.Arbitrary<infer T> ? T : never;

interface Moment {
  readonly index: number;
  readonly timeMs: number;
  readonly earlier: readonly Delivery[];
}

function deliveriesOf(move: Move, moment: Moment): readonly Delivery[] {
  const { repeat, said, outcome, riskScore, isObserved, amountMinor, currency, content, around } = move;
  const { index, timeMs } = moment;
  const first = repeat === null ? undefined : moment.earlier.at(-1 - repeat.back);
  if (repeat !== null && first !== undefined) return [repeat.content === 'same' ? again(first, move) : changed(first, move, timeMs)]; // prettier-ignore
  if (said !== null) return Array.from({ length: said.times }, (_, i) => amendmentOf(move, { ...said, i }, moment));
  const event = { identity: identityOf(index), content, eventTimeMs: timeMs, amountMinor, currency, ...around };
  return [{ type: 'transaction', event, outcome, riskScore, isObserved }];
}

/** Spread over all buckets, some of them with equal halves. */
function identityOf(index: number): Hash64 {
  return { high: Math.imul(index + 1, 0x9e3779b1) >>> 0, low: index % 3 === 0 ? 7 : index >>> 0 };
}

function amendmentOf(
  { content, amountMinor, outcome }: Move,
  { kind, back, i }: { kind: AmendmentKind; back: number; i: number },
  { index, timeMs }: Moment,
): AmendmentDelivery {
  const isTaken = kind === 'reversal' || kind === 'refund' || kind === 'declined';
  const takesAll = kind === 'declined' || (outcome === 'hold' && kind === 'reversal');
  const amendment = {
    kind,
    identity: { high: Math.imul(index + 1, 0xc2b2ae35) >>> 0, low: i },
    content,
    timeMs: timeMs + (i % 3),
    target: identityOf(index - back - i),
    amountMinor: isTaken ? (takesAll ? Infinity : amountMinor) : 0,
  };
  return { type: 'amendment', amendment };
}

function again(first: Delivery, { outcome, riskScore }: Move): Delivery {
  return first.type === 'amendment' ? first : { ...first, outcome, riskScore };
}

/** The content says the time, as a real one does: other times are other contents. */
function changed(first: Delivery, { outcome, riskScore, isObserved }: Move, timeMs: number): Delivery {
  const other = (content: number): number => (content + 1 + (timeMs % 2 ** 31)) >>> 0;
  if (first.type === 'amendment') {
    const { amendment } = first;
    return { type: 'amendment', amendment: { ...amendment, content: other(amendment.content), timeMs } };
  }
  const event = { ...first.event, content: other(first.event.content), eventTimeMs: timeMs };
  return { type: 'transaction', event, outcome, riskScore, isObserved };
}
