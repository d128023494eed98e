import { NO_CONTEXT } from '#libs/testkit';
import type { AccountEvent, DecidedEvent } from '../account/account-event.ts';
import { emptyAccount, type AccountState } from '../account/account-state.ts';
import { amend } from '../account/amend.ts';
import type { Amendment } from '../account/amendment.ts';
import { reduce } from '../account/reduce.ts';
import type { ReducerParameters } from '../event.ts';
import { DAY_MS } from '../time.ts';
import { ACCOUNT_FEATURE_INDEX, type AccountFeatureName } from './account-features.ts';
import { accountVector } from './compute-vector.ts';

/** When the event that is asked about happens. */
export const T = Date.UTC(2026, 4, 14, 9, 31, 7, 412);
export const PARAMETERS = { version: 1, allowedLatenessMs: DAY_MS, logCap: 512 };

let nextId = 1;
/** An event unlike every other, of 10 EUR if nothing else is said. */
export function event(eventTimeMs: number, fields: Partial<AccountEvent> = {}): AccountEvent {
  const id = nextId++;
  return {
    identity: { high: id, low: id },
    content: id,
    eventTimeMs,
    amountMinor: 1000,
    currency: 'EUR',
    counterparty: 0,
    ...NO_CONTEXT,
    ...fields,
  };
}

/** The account after these events, in this order. */
export function after(...events: readonly AccountEvent[]): AccountState {
  return afterUnder(PARAMETERS, events);
}

/** The same under other parameters. Every third event is held. */
export function afterUnder(parameters: ReducerParameters, events: readonly AccountEvent[]): AccountState {
  return events.reduce((state, made, i): AccountState => {
    const decided: DecidedEvent = { ...made, outcome: i % 3 === 2 ? 'hold' : 'approve', riskScore: 100, seq: i + 1 };
    return reduce(state, decided, parameters).state;
  }, emptyAccount());
}

/** The account after one amendment of an event. */
export function amended(
  state: AccountState,
  { identity }: AccountEvent,
  { kind, amountMinor = 0 }: Pick<Amendment, 'kind'> & { amountMinor?: number },
): AccountState {
  const amendment = { kind, identity: { high: 1, low: 1 }, content: 1, timeMs: T, target: identity, amountMinor };
  return amend(state, { ...amendment, seq: 1000 }, PARAMETERS).state;
}

/** One feature of an event as the next one of an account. */
export function feature(name: AccountFeatureName, state: AccountState, asked: AccountEvent): number {
  return accountVector(state, asked)[ACCOUNT_FEATURE_INDEX[name]] as number;
}
