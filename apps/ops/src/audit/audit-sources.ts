import { crc32 } from 'node:zlib';
import type { RedisInspector } from '#libs/adapters';
import type { TransactionParser } from '#libs/contracts';
import type { DecisionLog, EventCodec, Hasher, OriginalRecord, Policy } from '#libs/core';
import type { ModelsAtHand } from './model-check.ts';

/** What an audit looks at, and what it judges by. */
export interface AuditSources {
  readonly partitions: number;
  readonly input: { readonly topic: string; readonly log: DecisionLog };
  readonly decisions: DecisionLog;
  readonly deadLetters: DecisionLog;
  readonly store: Pick<
    RedisInspector,
    'position' | 'accountIds' | 'accounts' | 'accountWithOverflow' | 'entities' | 'appliedClaims'
  >;
  readonly hasher: Hasher;
  readonly codec: Pick<EventCodec, 'decode'>;
  readonly parser: TransactionParser;
  readonly policy: Policy;
  readonly featureSet: string;
  readonly models: ModelsAtHand;
}

/** A 32-bit hash of a record's key and value; absent and empty differ. */
export function fingerprint({ key, value }: Pick<OriginalRecord, 'key' | 'value'>): number {
  const shape = `${key?.length ?? '-'}/${value?.length ?? '-'}`;
  return crc32(value ?? '', crc32(key ?? '', crc32(shape)));
}
