import { createTransactionParser } from '#libs/contracts';
import type { RequestItem, Transaction } from '#libs/core';

const parser = createTransactionParser({ unknownFields: 'refuse', refuseCardNumbers: true });
const START_MS = Date.UTC(2026, 0, 1);

/** A valid transaction, made through the parser as any other; `minute` counts from the first of January 2026. */
export function transaction(
  id: string,
  fields: { account?: string; minute?: number; amountMinor?: number } = {},
): Transaction {
  const { account = 'acct-1', minute = 0, amountMinor = 1_000 } = fields;
  const wire = {
    transaction_id: id,
    account_id: account,
    occurred_at: new Date(START_MS + minute * 60_000).toISOString(),
    amount_minor: amountMinor,
    currency: 'EUR',
    merchant: { id: 'm-1', mcc: '5411', country: 'DE' },
  };
  const parsed = parser.parse(Buffer.from(JSON.stringify(wire)));
  if (!parsed.ok) throw new Error(JSON.stringify(parsed));
  return parsed.transaction;
}

/** Transactions `t<from>` to `t<to - 1>`, a minute apart, of seven accounts in turn. */
export function transactions(from: number, to: number): Transaction[] {
  return Array.from({ length: to - from }, (_, i) =>
    transaction(`t${from + i}`, { account: `acct-${(from + i) % 7}`, minute: from + i }),
  );
}

/** What the HTTP door asks of the scorer for `asked`. */
export function requestsOf(...asked: readonly Transaction[]): RequestItem[] {
  return asked.map((one) => ({ kind: 'transaction', transaction: one, original: null }));
}
