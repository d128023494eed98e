import type { RejectionReason, TransactionRejected } from '#libs/core';
import type { FieldFault } from '../field-fault.ts';

/** What `transaction.rejected` says of a record that cannot be read or is not valid: its first fault, and how many more there are. */
export function rejectionOf(failure: {
  readonly reason: RejectionReason;
  readonly fields: readonly FieldFault[];
}): Pick<TransactionRejected, 'reason' | 'field' | 'detail'> {
  const [first] = failure.fields;
  const more = failure.fields.length > 1 ? ` (and ${failure.fields.length - 1} more)` : '';
  return { reason: failure.reason, field: first?.field || null, detail: (first?.message ?? '') + more };
}
