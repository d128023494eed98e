import type { LogEvent, ReducerParameters } from '../event.ts';
import type { Hasher } from '../siphash.ts';
import type { DecidedEvent } from './account-event.ts';
import { accountEventOf } from './account-event-of.ts';
import type { RecordedAmendment } from './amendment.ts';
import { labelAmendment, takenBackAmendment } from './amendment-of.ts';

/** What one event of the log changes in one account, and how. */
export type AccountChange = {
  readonly accountId: string;
  readonly seq: number;
  readonly reducer: ReducerParameters;
} & (
  | { readonly kind: 'added'; readonly event: DecidedEvent }
  | { readonly kind: 'amended'; readonly amendment: RecordedAmendment }
);

/** Whatever takes the changes of one account in. */
interface ChangingAccount {
  apply(event: DecidedEvent, parameters: ReducerParameters): unknown;
  amend(amendment: RecordedAmendment, parameters: ReducerParameters): unknown;
}

/** The change that event number `seq` makes, its outcome as recorded; null for an event that changes no account. */
export function accountChangeOf(logged: LogEvent, seq: number, hasher: Hasher): AccountChange | null {
  switch (logged.type) {
    case 'decision.made': {
      const { transaction, outcome, riskScore } = logged.decision;
      const event = { ...accountEventOf(transaction, hasher), outcome, riskScore, seq };
      return { kind: 'added', accountId: transaction.accountId, seq, reducer: logged.reducer, event };
    }
    case 'transaction.recorded': {
      const { transaction, cause, reducer } = logged;
      const { accountId } = transaction;
      if (cause === 'observed') {
        const event = { ...accountEventOf(transaction, hasher), ...OBSERVED, seq };
        return { kind: 'added', accountId, seq, reducer, event };
      }
      return {
        kind: 'amended',
        accountId,
        seq,
        reducer,
        amendment: { ...takenBackAmendment(transaction, hasher), seq },
      };
    }
    case 'label.recorded':
    case 'outcome.recorded': {
      const { label, reducer } = logged;
      const amendment = { ...labelAmendment(label, hasher), seq };
      return { kind: 'amended', accountId: label.accountId, seq, reducer, amendment };
    }
    case 'transaction.rejected':
      return null;
  }
}

/** What an account keeps as the decision of a transaction that was observed only. */
export const OBSERVED = { outcome: 'approve', riskScore: null } as const;

/** Makes the change. */
export function applyChange(account: ChangingAccount, change: AccountChange): void {
  if (change.kind === 'added') account.apply(change.event, change.reducer);
  else account.amend(change.amendment, change.reducer);
}
