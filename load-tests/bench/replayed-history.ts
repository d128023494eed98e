import {
  type AccountEvent,
  accountEventOf,
  AccountWorkspace,
  computeVector,
  createHasher,
  EntityMemory,
  type Hash64,
  NO_ENTITIES,
} from '#libs/core';
import { simulate, transactionOf } from '#libs/simulator';
import { measureCpu, type Measured } from './measured-cpu.ts';
import { decided, PARAMETERS } from './simulated-accounts.ts';

const ROUNDS = 3;
const ACCOUNTS = 1_000;
const DAYS = 60;

interface Step {
  readonly accountId: string;
  readonly account: Hash64;
  readonly event: AccountEvent;
}

/** A history through the pure functions, one transaction after the other, without reading, hashing, scoring and writing: by account alone, and with all entities. */
export function replayHistory(): Measured[] {
  const hasher = createHasher(new Uint8Array(16).fill(1));
  const history = Array.from(
    simulate({ seed: 9, accounts: ACCOUNTS, startMs: Date.UTC(2026, 0, 1), days: DAYS }),
    (made): Step => {
      const transaction = transactionOf(made);
      const { accountId } = transaction;
      return { accountId, account: hasher.text64(accountId), event: accountEventOf(transaction, hasher) };
    },
  );
  const scale = { rounds: ROUNDS, transactions: history.length };
  return [
    measureCpu(`replay, account features (${history.length})`, scale, () => fold(history, null)),
    measureCpu('replay, all entities', scale, () => fold(history, new EntityMemory())),
  ];
}

function fold(history: readonly Step[], entities: EntityMemory | null): void {
  const accounts = new Map<string, AccountWorkspace>();
  let seq = 0;
  for (const { accountId, account, event } of history) {
    let workspace = accounts.get(accountId);
    if (workspace === undefined) {
      workspace = new AccountWorkspace(accountId, { version: null, record: null });
      accounts.set(accountId, workspace);
    }
    computeVector(workspace.state, event, entities?.viewsOf(event.entities) ?? NO_ENTITIES);
    workspace.apply(decided(event, (seq += 1)), PARAMETERS);
    entities?.fold({ ...event, type: 'transaction', account });
  }
}
