import { accountEventOf, decodeAccount, encodeAccount, FoldedAccount } from '#libs/core';
import type { PartitionRig } from '../../src/rig/partition-rig.ts';

/** Each account as the store has it, comparable; null when it has none. */
export async function storedStates(rig: PartitionRig, accountIds: readonly string[]): Promise<(string | null)[]> {
  const stored = await rig.owner.store.loadAccounts(0, accountIds);
  return stored.map(({ record, version }) =>
    record === null ? null : base64(encodeAccount(decodeAccount(record, version ?? 0), null)),
  );
}

/** Each account as the decisions that the log still holds make it, without the store. Only for a log in which all records are valid. */
export function foldedStates(rig: PartitionRig, accountIds: readonly string[]): (string | null)[] {
  const accounts = new Map<string, FoldedAccount>();
  for (const record of rig.log.records(0)) {
    if (record.headers['o'] !== undefined) continue;
    const event = rig.owner.codec.decode(record);
    if (event.type !== 'decision.made') continue;
    const { transaction: made, outcome, riskScore } = event.decision;
    const account = accounts.get(made.accountId) ?? new FoldedAccount();
    accounts.set(made.accountId, account);
    const seq = Number(record.headers['s']);
    account.apply({ ...accountEventOf(made, rig.owner.hasher), outcome, riskScore, seq }, event.reducer);
  }
  return accountIds.map((id) => {
    const account = accounts.get(id);
    return account === undefined ? null : base64(encodeAccount(account.state, null));
  });
}

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
