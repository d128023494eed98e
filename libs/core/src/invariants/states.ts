import { decodeAccount, encodeAccount } from '../account/account-codec.ts';
import { newestSeq } from '../account/account-state.ts';
import { CorruptRecord } from '../account/record-envelope.ts';
import { TransientFault } from '../faults.ts';
import type { FoldedAccount } from './folded-account.ts';
import type { Violation } from './violation.ts';

/** An account as the store has it, read in one step. */
export interface StoredState {
  readonly version: number | null;
  readonly record: Uint8Array | null;
  /** Overflow records by bucket, those that exist; null when they were not read. */
  readonly overflow: ReadonlyMap<number, Uint8Array> | null;
}

/**
 * I3, and the account's side of I2: what the store has of an account is what its valid events make, bit for bit. `folded` is null for an account that
 * the log does not know; `lastSeq` is the partition's.
 */
export function stateViolations(
  {
    partition,
    accountId,
    lastSeq,
  }: { readonly partition: number; readonly accountId: string; readonly lastSeq: number },
  folded: FoldedAccount | null,
  stored: StoredState,
): Violation[] {
  const say = (code: string, detail: string): Violation[] => [{ invariant: 'I3', code, partition, accountId, detail }];
  const { version, record, overflow } = stored;
  if (record === null || version === null) {
    if (folded === null) return say('leftover', 'The store has a trace of an account that no valid event is of');
    return say('state_missing', `The store has no ${record === null ? 'record' : 'version'} of an account with events`);
  }
  if (folded === null) return say('state_without_events', 'The store has a state that no valid event made');
  const newest = newestSeq(folded.state);
  if (version < newest || version > lastSeq) {
    return say('version_impossible', `Its version ${version} lies outside ${newest}..${lastSeq}`);
  }
  const kept = storedBytes(record, version);
  if (typeof kept === 'string') return say('state_unreadable', kept);
  const expected = encodeAccount(folded.state, null);
  const at = firstDifference(expected, kept);
  if (at !== null) {
    const detail = `The stored state differs from that of its events at byte ${at} of ${kept.length} (${expected.length} expected)`;
    return say('state_differs', detail);
  }
  return overflow === null ? [] : overflowViolations(folded.overflow, overflow, say);
}

function storedBytes(record: Uint8Array, version: number): Uint8Array | string {
  try {
    return encodeAccount(decodeAccount(record, version), null);
  } catch (error) {
    if (error instanceof CorruptRecord || error instanceof TransientFault) return error.message;
    throw error;
  }
}

function overflowViolations(
  folded: ReadonlyMap<number, Uint8Array>,
  stored: ReadonlyMap<number, Uint8Array>,
  say: (code: string, detail: string) => Violation[],
): Violation[] {
  return [...new Set([...folded.keys(), ...stored.keys()])].flatMap((bucket) => {
    const expected = folded.get(bucket);
    const kept = stored.get(bucket);
    if (expected !== undefined && kept !== undefined && firstDifference(expected, kept) === null) return [];
    const what = kept === undefined ? 'is missing' : expected === undefined ? 'has no cause' : 'differs';
    return say('overflow_differs', `Overflow record ${bucket} ${what}`);
  });
}

function firstDifference(a: Uint8Array, b: Uint8Array): number | null {
  const at = a.findIndex((byte, i) => byte !== b[i]);
  if (at !== -1) return at;
  return a.length === b.length ? null : a.length;
}
