import { assert } from '../faults.ts';
import type { Label } from '../label.ts';
import type { Hasher } from '../siphash.ts';
import type { Transaction } from '../transaction.ts';
import type { Amendment } from './amendment.ts';

/** What an account takes in of a label: of a declined transaction nothing is left. */
export function labelAmendment(label: Label, hasher: Hasher): Amendment {
  const { canonicalJson, reportedAtMs } = label;
  return {
    kind: label.label,
    // All of a label is its identity, so that no two have one identity and different contents.
    identity: hasher.text64(canonicalJson),
    content: hasher.text32(canonicalJson),
    timeMs: reportedAtMs,
    target: hasher.identity(label),
    amountMinor: label.label === 'declined' ? Infinity : 0,
  };
}

/** What an account takes in of a reversal or refund. */
export function takenBackAmendment(transaction: Transaction, hasher: Hasher): Amendment {
  const { accountId, eventType, eventTimeMs, amountMinor, canonicalJson, originalTransactionId } = transaction;
  assert(
    eventType !== 'authorization' && originalTransactionId !== undefined,
    'only these name an earlier transaction',
  );
  return {
    kind: eventType,
    identity: hasher.identity(transaction),
    content: hasher.text32(canonicalJson),
    timeMs: eventTimeMs,
    target: hasher.identity({ accountId, transactionId: originalTransactionId, eventType: 'authorization' }),
    amountMinor,
  };
}
