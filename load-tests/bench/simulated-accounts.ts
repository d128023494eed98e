import {
  type AccountEvent,
  accountEventOf,
  type AccountState,
  createHasher,
  DAY_MS,
  emptyAccount,
  encodeAccount,
  reduce,
  REDUCER_VERSION,
  rowCount,
} from '#libs/core';
import { simulate, transactionOf } from '#libs/simulator';

/** Under which simulated accounts are folded. */
export const PARAMETERS = { version: REDUCER_VERSION, allowedLatenessMs: DAY_MS, logCap: 512 };

const hasher = createHasher(new Uint8Array(16).fill(1));
const START_MS = Date.UTC(2026, 0, 1);

/** An account and the transaction that comes next. */
export interface AccountAtWork {
  readonly state: AccountState;
  readonly record: Uint8Array;
  readonly event: AccountEvent;
}

/** An event as decided: whatever was decided makes no difference to its cost. */
export function decided(event: AccountEvent, seq: number) {
  return { ...event, outcome: 'approve', riskScore: 100, seq } as const;
}

/**
 * `count` accounts at the moment when their log holds `events` events. Where one simulated person makes too few in 60 days, `people` of them share
 * an account.
 */
export function accountsAtWork(options: { count: number; events: number; people: number }): AccountAtWork[] {
  const { count, events, people } = options;
  const found: AccountAtWork[] = [];
  const states = new Map<string, AccountState>();
  const shared = new Map<string, string>();
  let seq = 0;
  for (const { accountId, event } of simulated({ accounts: 60 * people, days: 4000 })) {
    const name = shared.get(accountId) ?? `shared-${Math.floor(shared.size / people)}`;
    shared.set(accountId, name);
    const state = states.get(name) ?? emptyAccount();
    if (rowCount(state.events) >= events) {
      found.push({ state, record: encodeAccount(state, null), event });
      states.delete(name);
      if (found.length === count) return found;
      continue;
    }
    seq += 1;
    states.set(name, reduce(state, decided(event, seq), PARAMETERS).state);
  }
  throw new Error(`only ${found.length} accounts had ${events} events`);
}

/** Bytes of the records of a population that has lived for as long as a log remembers, smallest first. */
export function recordBytes(accounts: number): number[] {
  const states = new Map<string, AccountState>();
  let seq = 0;
  for (const { accountId, event } of simulated({ accounts, days: 62 })) {
    seq += 1;
    const state = states.get(accountId) ?? emptyAccount();
    states.set(accountId, reduce(state, decided(event, seq), PARAMETERS).state);
  }
  return [...states.values()].map((state) => encodeAccount(state, null).length).sort((a, b) => a - b);
}

function* simulated(of: { accounts: number; days: number }): Generator<{ accountId: string; event: AccountEvent }> {
  const { accounts, days } = of;
  for (const made of simulate({ seed: 7, accounts, startMs: START_MS, days })) {
    const transaction = transactionOf(made);
    yield { accountId: transaction.accountId, event: accountEventOf(transaction, hasher) };
  }
}
