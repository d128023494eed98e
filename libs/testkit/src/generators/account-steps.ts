import {
  amend,
  reduce,
  type AccountState,
  type DecidedEvent,
  type RecordedAmendment,
  type ReducerParameters,
} from '#libs/core';
import type { EngineRun } from './run-engine.ts';

/** What a log tells of an account, one event at a time. */
export type AccountStep = DecidedEvent | RecordedAmendment;

/** Everything that a run took in, in seq order. */
export function stepsOf({ fates }: EngineRun): AccountStep[] {
  return fates.flatMap((fate): AccountStep[] => {
    const step = fate.type === 'transaction' ? fate.event : fate.amendment;
    return step === null ? [] : [step];
  });
}

/** Whether a step is a transaction. */
export function isEvent(step: AccountStep): step is DecidedEvent {
  return 'eventTimeMs' in step;
}

/** The state after one more step. */
export function stateAfter(state: AccountState, step: AccountStep, parameters: ReducerParameters): AccountState {
  return isEvent(step) ? reduce(state, step, parameters).state : amend(state, step, parameters).state;
}
