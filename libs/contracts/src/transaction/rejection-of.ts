import type { TransactionRejected } from '#libs/core';
import type { ParsedTransaction } from './transaction-parser.ts';

/** What `transaction.rejected` says of a record that is no transaction: its first fault, and how many more there are. */
export function rejectionOf(
  failure: Extract<ParsedTransaction, { ok: false }>,
): Pick<TransactionRejected, 'reason' | 'field' | 'detail'> {
  const [first] = failure.fields;
  const more = failure.fields.length > 1 ? ` (and ${failure.fields.length - 1} more)` : '';
  return { reason: failure.reason, field: first?.field || null, detail: (first?.message ?? '') + more };
}
