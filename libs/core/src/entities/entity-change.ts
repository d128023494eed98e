import type { AccountEvent } from '../account/account-event.ts';
import type { AmendmentEffect, AmendmentKind, AppliedAmendment } from '../account/amendment.ts';
import type { Hash64 } from '../hash64.ts';
import type { EntityKeys } from './entity-kind.ts';

/** What the entities of a transaction learn from one valid event of the log. */
export type EntityChange =
  | {
      readonly type: 'transaction';
      /** Keyed hash of the transaction's identity. */
      readonly identity: Hash64;
      readonly eventTimeMs: number;
      readonly amountMinor: number;
      readonly currency: string;
      /** Keyed hash of the account, under which it would be kept as a beneficiary. */
      readonly account: Hash64;
      readonly entities: EntityKeys;
    }
  | {
      readonly type: 'amendment';
      /** Keyed hash of the amendment's own identity. */
      readonly identity: Hash64;
      /** Keyed hash of the identity of the transaction that it is about. */
      readonly target: Hash64;
      readonly kind: AmendmentKind;
      /** `reported_at` of a label. */
      readonly timeMs: number;
      readonly account: Hash64;
      readonly effect: AmendmentEffect;
    };

/** A transaction of `account` as entities learn of it. */
export function transactionChange(
  {
    identity,
    eventTimeMs,
    amountMinor,
    currency,
    entities,
  }: Pick<AccountEvent, 'identity' | 'eventTimeMs' | 'amountMinor' | 'currency' | 'entities'>,
  account: Hash64,
): EntityChange {
  return { type: 'transaction', identity, eventTimeMs, amountMinor, currency, account, entities };
}

/** An amendment of a transaction of `account` as entities learn of it. */
export function amendmentChange({ amendment, effect }: AppliedAmendment, account: Hash64): EntityChange {
  const { identity, target, kind, timeMs } = amendment;
  return { type: 'amendment', identity, target, kind, timeMs, account, effect };
}
