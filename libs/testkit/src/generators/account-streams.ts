import fc from 'fast-check';
import {
  DAY_MS,
  HOUR_MS,
  MINUTE_MS,
  REDUCER_VERSION,
  type AccountEvent,
  type Outcome,
  type ReducerParameters,
} from '#libs/core';

import { NO_CONTEXT } from './no-context.ts';

/** One delivery of a transaction of the account, as a door would see it, and what the policy would decide. */
export interface Delivery {
  readonly event: AccountEvent;
  readonly outcome: Outcome;
  readonly riskScore: number | null;
}

/** Deliveries to one account in the order of their arrival, cut into batches of commits. */
export interface AccountStream {
  readonly parameters: ReducerParameters;
  readonly batches: readonly (readonly Delivery[])[];
}

/** Spans that fall on the edges of windows, of lateness and of retention, and those just beside them. */
const SPANS_MS = [
  0,
  1000,
  MINUTE_MS,
  5 * MINUTE_MS,
  HOUR_MS,
  DAY_MS,
  7 * DAY_MS,
  30 * DAY_MS,
  60 * DAY_MS,
  61 * DAY_MS,
];

const steps = fc.oneof(
  { weight: 4, arbitrary: fc.constant(0) },
  { weight: 4, arbitrary: fc.integer({ min: 0, max: 10 * MINUTE_MS }) },
  { weight: 4, arbitrary: fc.integer({ min: 0, max: 3 * DAY_MS }) },
  { weight: 2, arbitrary: fc.tuple(fc.constantFrom(...SPANS_MS), fc.constantFrom(-1, 0, 1)).map(([span, off]) => Math.max(0, span + off)) }, // prettier-ignore
);

const delays = fc.oneof(
  { weight: 8, arbitrary: fc.constant(0) },
  { weight: 2, arbitrary: fc.integer({ min: 0, max: 2 * DAY_MS }) },
  { weight: 2, arbitrary: steps },
);

const amounts = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 1, max: 20_000 }) },
  { weight: 2, arbitrary: fc.constantFrom(0, 1, 499, 500, 501, 4999, 5000, 1250) },
  { weight: 1, arbitrary: fc.constantFrom(2 ** 32 - 1, 2 ** 32, 10 ** 12) },
);

const currencies = fc.oneof(
  { weight: 8, arbitrary: fc.constant('EUR') },
  { weight: 1, arbitrary: fc.constantFrom('JPY', 'KWD', 'USD') },
);

const uint32 = fc.integer({ min: 0, max: 2 ** 32 - 1 });

/** One step of a stream before it is given its place in time. */
const moves = fc.record({
  stepMs: steps,
  delayMs: delays,
  amountMinor: amounts,
  currency: currencies,
  counterparty: fc.constantFrom(0, 1, 2, 2 ** 32 - 1),
  content: uint32,
  outcome: fc.constantFrom<Outcome>('approve', 'hold'),
  riskScore: fc.option(fc.integer({ min: 0, max: 1000 })),
  /** Delivers an earlier transaction again, `again` places back; 'changed' with other content. */
  repeat: fc.oneof(
    { weight: 8, arbitrary: fc.constant(null) },
    { weight: 1, arbitrary: fc.record({ back: fc.nat({ max: 40 }), content: fc.constantFrom('same', 'changed') }) },
  ),
  endsBatch: fc.boolean(),
});

/** Parameters with caps so small that most logs overflow, and lateness from none to two months. */
export const reducerParameters: fc.Arbitrary<ReducerParameters> = fc.record({
  version: fc.constant(REDUCER_VERSION),
  allowedLatenessMs: fc.constantFrom(0, 1, HOUR_MS, DAY_MS, 7 * DAY_MS, 60 * DAY_MS),
  logCap: fc.constantFrom(1, 2, 5, 20, 512),
});

/**
 * Streams of one account with ties, disorder, late and far too late events, duplicates, conflicts of content, several currencies and, with small
 * caps, overflow. Event times keep to the edges of windows as often as not.
 */
export function accountStreams(options: { maxDeliveries: number }): fc.Arbitrary<AccountStream> {
  const firstMs = fc.integer({ min: Date.UTC(2018, 0), max: Date.UTC(2030, 0) });
  const list = fc.array(moves, { minLength: 1, maxLength: options.maxDeliveries, size: 'max' });
  return fc.tuple(firstMs, list, reducerParameters).map(([startMs, made, parameters]) => {
    const batches: Delivery[][] = [[]];
    const deliveries: Delivery[] = [];
    let clockMs = startMs;
    for (const [index, move] of made.entries()) {
      clockMs += move.stepMs;
      const delivery = deliveryOf(move, { index, eventTimeMs: clockMs - move.delayMs, earlier: deliveries });
      deliveries.push(delivery);
      batches.at(-1)?.push(delivery);
      if (move.endsBatch) batches.push([]);
    }
    return { parameters, batches: batches.filter((batch) => batch.length > 0) };
  });
}

type Move = typeof moves extends fc.Arbitrary<infer T> ? T : never;

function deliveryOf(
  move: Move,
  { index, eventTimeMs, earlier }: { index: number; eventTimeMs: number; earlier: readonly Delivery[] },
): Delivery {
  const { outcome, riskScore, amountMinor, currency, counterparty, content, repeat } = move;
  const first = repeat === null ? undefined : earlier.at(-1 - repeat.back);
  if (repeat !== null && first !== undefined) {
    const { event } = first;
    if (repeat.content === 'same') return { event, outcome, riskScore };
    // The content says the time, as a real one does: other times are other contents.
    return {
      event: { ...event, content: (event.content + 1 + (eventTimeMs % 2 ** 31)) >>> 0, eventTimeMs },
      outcome,
      riskScore,
    };
  }
  // Spread over all buckets, some of them with equal halves.
  const identity = { high: Math.imul(index + 1, 0x9e3779b1) >>> 0, low: index % 3 === 0 ? 7 : index };
  return {
    event: { identity, content, eventTimeMs, amountMinor, currency, counterparty, ...NO_CONTEXT },
    outcome,
    riskScore,
  };
}
