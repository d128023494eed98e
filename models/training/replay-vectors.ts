import {
  accountEventOf,
  type AccountState,
  computeVector,
  createHasher,
  DAY_MS,
  emptyAccount,
  reduce,
  REDUCER_VERSION,
  type ReducerParameters,
} from '#libs/core';
import { type SimulatedEvent, transactionOf } from '#libs/simulator';

/** As the scorer has them by default. Only their reach back in time shows in a vector. */
const REDUCER: ReducerParameters = { version: REDUCER_VERSION, allowedLatenessMs: DAY_MS, logCap: 512 };

/** Any key will do: hashes are compared with each other and never leave the replay. */
const hasher = createHasher(new Uint8Array(16));

/** Each event with the vector that the live scorer would have given to a model: the same two functions of the core, in event-time order. */
export function* replayVectors(
  events: Iterable<SimulatedEvent>,
): Generator<{ event: SimulatedEvent; vector: Float32Array }, void, undefined> {
  const states = new Map<string, AccountState>();
  let seq = 0;
  for (const event of events) {
    const transaction = transactionOf(event);
    const accountEvent = accountEventOf(transaction, hasher);
    const state = states.get(transaction.accountId) ?? emptyAccount();
    yield { event, vector: computeVector(state, accountEvent) };
    seq += 1;
    // No feature reads an outcome yet, so all are approved here.
    const decided = { ...accountEvent, outcome: 'approve', riskScore: null, seq } as const;
    states.set(transaction.accountId, reduce(state, decided, REDUCER).state);
  }
}
