import type { AmendmentEffect, AmendmentKind } from '../account/amendment.ts';
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
