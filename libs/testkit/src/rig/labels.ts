import { createLabelParser } from '#libs/contracts';
import type { Label, Transaction } from '#libs/core';
import { transaction } from './transactions.ts';

const parser = createLabelParser({ unknownFields: 'refuse', refuseCardNumbers: true });
const START_MS = Date.UTC(2026, 0, 1);

/** A valid label of transaction `id`, made through the parser as any other; `minute` counts from the first of January 2026. */
export function label(
  id: string,
  fields: { account?: string; minute?: number; value?: Label['label']; source?: string } = {},
): Label {
  const { account = 'acct-1', minute = 0, value = 'fraud', source = 'chargeback' } = fields;
  const parsed = parser.parseObject({
    account_id: account,
    transaction_id: id,
    label: value,
    source,
    reported_at: new Date(START_MS + minute * 60_000).toISOString(),
  });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed));
  return parsed.label;
}

/** A reversal of transaction `original`, with an id of its own. */
export function reversal(
  id: string,
  original: string,
  fields: { account?: string; minute?: number; amountMinor?: number } = {},
): Transaction {
  const made = transaction(id, fields);
  const canonicalJson = made.canonicalJson.replace(
    '"event_type":"authorization"',
    `"event_type":"reversal","original_transaction_id":"${original}"`,
  );
  return { ...made, eventType: 'reversal', originalTransactionId: original, canonicalJson };
}
