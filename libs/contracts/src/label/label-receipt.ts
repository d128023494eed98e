import type { Label } from '#libs/core';
import type { LabelReceiptDto } from '../dto/label-dto.ts';
import { formatWireTime } from '../wire-time.ts';

/** The HTTP answer to `label`, as plain data in wire names. */
export function toLabelReceipt(
  label: Label,
  { status, matched }: Pick<LabelReceiptDto, 'status' | 'matched'>,
): LabelReceiptDto {
  return {
    account_id: label.accountId,
    transaction_id: label.transactionId,
    event_type: 'authorization',
    label: label.label,
    source: label.source,
    reported_at: formatWireTime(label.reportedAtMs),
    status,
    matched,
  };
}
