import type { AppliedAccount } from '#libs/core';
import type { PartitionKeys } from './keys.ts';
import { bytesOf } from './redis-state-store.ts';
import type { ScriptArgument } from './script.ts';

/** Adds an account's record and overflow records to what a script sets: a key for each, and a value in the same order. */
export function pushRecords(
  { accountId, record, overflow }: Omit<AppliedAccount, 'version'>,
  keys: string[],
  argv: ScriptArgument[],
  names: PartitionKeys,
): void {
  keys.push(names.account(accountId));
  argv.push(bytesOf(record));
  for (const [bucket, bytes] of overflow) {
    keys.push(names.overflow(accountId, bucket));
    argv.push(bytesOf(bytes));
  }
}
